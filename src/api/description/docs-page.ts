import { readFileSync } from 'node:fs';
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
function startScript(descriptionUrl: string): string {
  return `SwaggerUIBundle({
  url: '${descriptionUrl}',
  dom_id: '#page',
  deepLinking: true,
  displayOperationId: true,
  validatorUrl: null,
});
`;
}

/** The files of Swagger UI that the page needs. */
const FILES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

/** Serves the API description as a page that people read and try. The URL of the description is relative to the page. */
export function addDocsPage(server: FastifyInstance, descriptionUrl: string): void {
  const start = startScript(descriptionUrl);
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  server.get(PATH, (_request, reply) => {
    void reply
      .header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
      .type('text/html; charset=utf-8')
      .send(PAGE);
  });
  // The addresses in the page are relative, so that it also works behind a prefix of a proxy.
  server.get(`${PATH}/`, (_request, reply) => {
    void reply.redirect('../docs');
  });
  server.get(`${PATH}/start.js`, (_request, reply) => {
    void reply.type('text/javascript; charset=utf-8').send(start);
  });
  for (const [name, type] of Object.entries(FILES)) {
    // Fastify would read a stream to its end for a HEAD request, after the answer to it.
    const content = readFileSync(join(folder, name));
    server.get(`${PATH}/${name}`, (_request, reply) => {
      void reply.type(type).header('Cache-Control', 'public, max-age=3600').send(content);
    });
  }
}
