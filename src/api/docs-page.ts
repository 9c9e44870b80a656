import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const PATH = '/docs';

/** Everything comes from the service itself: the page works without any other network. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Conversation Store: the API</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="page"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** A script of its own: the page may run no script that is written into it. */
const START = `SwaggerUIBundle({
  url: 'api/openapi.json',
  dom_id: '#page',
  deepLinking: true,
  displayOperationId: true,
  validatorUrl: null,
});
`;

/** The files of Swagger UI that the page needs. */
const FILES = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
} as const;

/** Serves the API description as a page that people read and try. Call it before the routes are added. */
export function addDocsPage(server: FastifyInstance): void {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  server.get(PATH, (_request, reply) => {
    void reply
      .header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
      .type('text/html; charset=utf-8')
      .send(PAGE);
  });
  server.get(`${PATH}/start.js`, (_request, reply) => {
    void reply.type('text/javascript; charset=utf-8').send(START);
  });
  for (const [name, type] of Object.entries(FILES)) {
    server.get(`${PATH}/${name}`, (_request, reply) => {
      void reply
        .type(`${type}; charset=utf-8`)
        .header('Cache-Control', 'public, max-age=3600')
        .send(createReadStream(join(folder, name)));
    });
  }
}
