import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OverloadedError } from '../http/request.errors.js';
import type { AdmissionQueue } from './admission-queue.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { PacedStarts } from './paced-starts.js';
import type { RefusalLog } from './refusal-log.js';
import type { Slots } from './slots.js';

declare module 'fastify' {
  interface FastifyRequest {
    holdsSlot: boolean;
  }
  interface FastifyContextConfig {
    /** A request of this route mostly waits for something else: it holds its slot only to start. */
    waits?: boolean;
  }
}

type Done = (error?: Error) => void;

/** The hooks by which a request acquires a slot when its body has arrived, and releases it. */
export class SlotHooks {
  private readonly starts = new PacedStarts();

  constructor(
    private readonly slots: Slots,
    private readonly queue: AdmissionQueue,
    private readonly log: RefusalLog,
  ) {}

  addTo(server: FastifyInstance): void {
    server.decorateRequest('holdsSlot', false);
    server.addHook('preHandler', (request, reply, done) => {
      this.acquire(request, reply, done);
    });
    server.addHook('onSend', (request, _reply, payload, done) => {
      this.release(request);
      done(null, payload);
    });
  }

  /** A slot was free when the request came. Others may have acquired it while the body arrived. */
  private acquire(request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (isAlwaysAdmitted(request.raw)) {
      done();
    } else if (this.slots.areAllAcquired) {
      this.log.count();
      done(new OverloadedError('slots'));
    } else {
      this.slots.acquire();
      request.holdsSlot = true;
      this.releaseAtClose(request, reply);
      this.starts.enqueue(() => {
        done();
        if (request.routeOptions.config.waits) this.release(request);
      });
    }
  }

  /**
   * An answer that is written past Fastify, such as that of Nest's @Sse(), never comes to onSend. A
   * client that leaves before the answer releases nothing: the work for its request goes on.
   */
  private releaseAtClose(request: FastifyRequest, reply: FastifyReply): void {
    reply.raw.once('close', () => {
      if (reply.sent || reply.raw.headersSent) this.release(request);
    });
  }

  private release(request: FastifyRequest): void {
    if (!request.holdsSlot) return;
    request.holdsSlot = false;
    this.slots.release();
    this.queue.dequeue();
  }
}
