import type { FastifyRequest } from 'fastify';
import type { Waiter } from './shares.js';

/** A request in a hook of Fastify that waits for a slot. */
export class WaitingRequest implements Waiter {
  since = 0;

  constructor(
    private readonly request: FastifyRequest,
    readonly start: () => void,
    readonly refuse: () => void,
  ) {}

  /** Nothing then happens to the request: an answer would reach nobody. */
  get isGone(): boolean {
    return this.request.raw.socket.destroyed;
  }
}
