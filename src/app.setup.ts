import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { Drain } from './health/drain.js';
import { acceptJsonOnly } from './http/json-body.parser.js';
import { Admission } from './admission/admission.js';
import { AdmissionServer } from './admission/admission-server.js';
import { AllowedMethods } from './problems/allowed-methods.js';
import { UNROUTED_PROBLEMS } from './problems/unrouted-problems.js';
import { RunningTurns } from './turns/running-turns.js';

/** The parser of `acceptJsonOnly` takes the place of Nest's. */
export const APP_OPTIONS = { bodyParser: false } as const;

/** Where configureApp finds what createAdapter has put before Fastify. */
const FRONT_DOOR = 'frontDoor';

/** The server under the application. */
export function createAdapter(): FastifyAdapter {
  const door = new AdmissionServer();
  const adapter = new FastifyAdapter({
    ...UNROUTED_PROBLEMS,
    // What arrives on an open connection while the server closes is answered, not refused.
    return503OnClosing: false,
    // Connections without a request in flight are closed at once when the server closes.
    forceCloseConnections: 'idle',
    // The longest id in a path; a UUID has 36 characters.
    routerOptions: { maxParamLength: 100 },
    // Milliseconds that a request may take to arrive.
    requestTimeout: 30_000,
    serverFactory: door.createServer,
  });
  adapter.getInstance().decorate(FRONT_DOOR, door);
  return adapter;
}

/** Everything between the server and the modules: the same for `main.ts` and for the tests. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  const { http } = app.get<AppConfig>(appConfig.KEY);
  const server = app.getHttpAdapter().getInstance();
  const admission = app.get(Admission);
  server.getDecorator<AdmissionServer>(FRONT_DOOR).use(admission.admit);
  admission.addHooks(server);
  app.get(AllowedMethods).learnFrom(server);
  acceptJsonOnly(server, http.bodyLimit);
  setHeaders(server, app.get(Drain));
  // After the drain, and before the server waits for the answers that are still on their way.
  server.addHook('preClose', () => app.get(RunningTurns).stop());
  if (http.corsOrigins.length > 0) {
    app.enableCors({
      origin: [...http.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Idempotency-Replayed'],
      maxAge: 600,
      // OPTIONS without an Origin asks for no preflight: it is a route that there is not.
      strictPreflight: false,
    });
  }
  describeApi(app);
}

function setHeaders(server: FastifyInstance, drain: Drain): void {
  const security = securityHeaders();
  server.addHook('onRequest', (_request, reply, done) => {
    reply.headers(security);
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    // What is one user's is kept by no cache in between, and by the user's own only to be asked again.
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'private, no-cache');
    // Keep-alive clients go away with their next answer, instead of holding the server open.
    if (drain.isDraining) reply.header('Connection', 'close');
    done(null, payload);
  });
}

/** What helmet sets: always the same, so it is asked once. With each answer anew, it took 6 % of an append. */
function securityHeaders(): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet()(request, response, () => undefined);
  return { ...response.getHeaders() };
}

function describeApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Conversation Store')
    .setVersion('1')
    .addBearerAuth()
    .build();
  SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, description), {
    ui: false,
    raw: ['json'],
    jsonDocumentUrl: 'api/openapi.json',
  });
}
