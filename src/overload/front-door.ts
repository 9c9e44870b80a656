import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FastifyServerFactory, FastifyServerOptions } from 'fastify';

/** Whether this request is refused; if so, it has been answered. */
export type Refuses = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Stands between Node's server and Fastify. Whoever is refused here costs a fraction of what a
 * Fastify hook would (docs/decisions/0006-overload.md has the figures).
 */
export class FrontDoor {
  private refuses: Refuses = () => false;

  keep(refuses: Refuses): void {
    this.refuses = refuses;
  }

  /** For Fastify, which leaves the settings of such a server to its maker. */
  readonly createServer: FastifyServerFactory = (handle, options) => {
    const server = createServer((request, response) => {
      if (!this.refuses(request, response)) handle(request, response);
    });
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = options as FastifyServerOptions;
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
    if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
    return server.setTimeout(connectionTimeout ?? 0);
  };
}
