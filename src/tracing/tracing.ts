import type { FastifyInstance } from 'fastify';

/** The token of the {@link Tracing}; null when there are no traces. */
export const TRACING = Symbol('TRACING');

/** What the service needs of the traces. */
export interface Tracing {
  /** Call it before other `onRequest` hooks are added. */
  addHooks(server: FastifyInstance): void;
  /** Call it after all other `preHandler` hooks have been added. */
  enterContextIn(server: FastifyInstance): void;
  /** Sends what is not sent yet, and gives up after two seconds. */
  stop(): Promise<void>;
}
