import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds of `performance.now()`. */
    receivedAt: number;
  }
}

/** Takes the time of each request once, for the log and for metrics. Call it before their hooks are added. */
export function addReceivedAt(server: FastifyInstance): void {
  server.decorateRequest('receivedAt', 0);
  server.addHook('onRequest', (request, _reply, done) => {
    request.receivedAt = performance.now();
    done();
  });
}
