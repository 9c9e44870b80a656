import './fast-ticks.js';
import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { serveDescription } from './api/description/serve-description.js';
import { describeService } from './app.description.js';
import { markGuardedRoutes } from './auth/guarded-routes.js';
import { TokenAuthentication } from './auth/token-authentication.js';
import type { AppConfig } from './config/app-config.js';
import { appConfig } from './config/config.module.js';
import { Drain } from './health/drain.js';
import { acceptJsonOnly } from './http/json-body.parser.js';
import { addReceivedAt } from './http/received-at.js';
import { REQUEST_ID_HEADER } from './http/request-id.js';
import { AccessLog } from './logging/access-log.js';
import { Admission } from './admission/admission.js';
import { MetricsEndpoint } from './metrics/metrics-endpoint.js';
import { AllowedMethods } from './problems/allowed-methods.js';
import { RateLimitInterceptor } from './rate-limits/rate-limit.interceptor.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import { expectServiceAdapter } from './service-adapter.js';
import { TRACING, type Tracing } from './tracing/tracing.js';

/**
 * Configures an application that has `AppModule` in it: admission, the checks of bodies, security
 * headers, CORS, the API description. `startService` calls it. Code that creates the application with
 * `NestFactory` or a testing module calls it before the application starts.
 * @throws ApplicationSetupError when the application does not run on a `ServiceAdapter`
 */
export function configureApp(app: NestFastifyApplication): void {
  const adapter = expectServiceAdapter(app.getHttpAdapter());
  const server = adapter.getInstance();
  const { http, logging } = app.get<AppConfig>(appConfig.KEY);
  const admission = app.get(Admission);
  adapter.admitWith(admission.admit);
  adapter.limitConnections(http.connections);
  app.get(AllowedMethods).learnFrom(server);
  const tracing = app.get<Tracing | null>(TRACING);
  tracing?.addHooks(server);
  const { bodies, starts } = admission;
  acceptJsonOnly(server, { bodyLimit: http.bodyLimit, counter: bodies, pace: starts.start });
  addReceivedAt(server);
  new AccessLog(logging.access).addTo(server, logging.level);
  setHeaders(server, app.get(Drain));
  app.get(MetricsEndpoint).addTo(server, adapter.connections);
  markGuardedRoutes(app.get(ModulesContainer));
  const authentication = app.get<TokenAuthentication | null>(TokenAuthentication);
  const limiter = app.get(RateLimiter);
  admission.addHooks(server, authentication, limiter.isOn ? limiter : null);
  if (limiter.isOn && !authentication) {
    app.useGlobalInterceptors(new RateLimitInterceptor(limiter));
  }
  tracing?.enterContextIn(server);
  if (http.corsOrigins.length > 0) {
    app.enableCors({
      origin: [...http.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'ETag',
        'Location',
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
        'Idempotency-Replayed',
        'X-Conversation-Source',
        REQUEST_ID_HEADER,
        ...(tracing ? ['Server-Timing'] : []),
      ],
      maxAge: 600,
      // OPTIONS without an Origin is not a preflight. The service has no such route.
      strictPreflight: false,
    });
  }
  serveDescription(app, { describe: () => describeService(app), hasPage: http.hasDocsPage });
}

function setHeaders(server: FastifyInstance, drain: Drain): void {
  const security = securityHeaders();
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(security);
    reply.header(REQUEST_ID_HEADER, request.id);
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    // Shared caches must not store what belongs to one user; the user's own cache must revalidate.
    if (!reply.hasHeader('Cache-Control')) reply.header('Cache-Control', 'private, no-cache');
    // A keep-alive client closes its connection after this answer, so that the server can close.
    if (drain.isDraining) reply.header('Connection', 'close');
    done(null, payload);
  });
}

/**
 * The headers that helmet sets, without those that say something to pages, or to browsers of the past: this is an API.
 * They never change, and making them for each answer took 6 % of an append.
 */
function securityHeaders(): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  })(request, response, () => undefined);
  return { ...response.getHeaders() };
}
