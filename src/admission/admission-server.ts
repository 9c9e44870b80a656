import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FastifyServerFactory, FastifyServerOptions } from 'fastify';

/** Goes on to Fastify. */
export type Enter = (request: IncomingMessage, response: ServerResponse) => void;

/** Lets a request enter, now or later, or answers it. */
export type Admit = (request: IncomingMessage, response: ServerResponse, enter: Enter) => void;

/**
 * Stands between Node's server and Fastify. Whoever is refused here costs a fraction of what a
 * Fastify hook would (docs/decisions/0006-overload.md has the figures).
 */
export class AdmissionServer {
  private admit: Admit = (request, response, enter) => enter(request, response);

  keep(admit: Admit): void {
    this.admit = admit;
  }

  /** For Fastify, which leaves the settings of such a server to its maker. */
  readonly createServer: FastifyServerFactory = (handle, options) => {
    const server = createServer((request, response) => this.admit(request, response, handle));
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = options as FastifyServerOptions;
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
    if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
    return server.setTimeout(connectionTimeout ?? 0);
  };
}
