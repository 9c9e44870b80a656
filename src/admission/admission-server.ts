import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FastifyServerFactory, FastifyServerOptions } from 'fastify';

/** Passes a request on to Fastify. */
type Enter = (request: IncomingMessage, response: ServerResponse) => void;

/** Lets a request enter, now or later, or answers it. */
export type Admit = (request: IncomingMessage, response: ServerResponse, enter: Enter) => void;

/**
 * Decides about each request between Node's server and Fastify. A refusal here costs a fraction of
 * what a refusal in a Fastify hook costs (docs/decisions/0006-overload.md says why the decision is here).
 */
export class AdmissionServer {
  private admit: Admit = (request, response, enter) => enter(request, response);

  /** Sets the function that decides. Until then, every request enters. */
  use(admit: Admit): void {
    this.admit = admit;
  }

  /** For Fastify, which applies none of its settings to a server that it did not make. */
  readonly createServer: FastifyServerFactory = (handle, options) => {
    const server = createServer((request, response) => this.admit(request, response, handle));
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = options as FastifyServerOptions;
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
    if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
    return server.setTimeout(connectionTimeout ?? 0);
  };
}
