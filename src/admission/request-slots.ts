import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bound } from '../http/bounds.js';
import { OverloadedError } from '../http/request.errors.js';
import { toProblem } from '../problems/problem-catalogue.js';
import type { RefusalCounts } from '../problems/refusal-counts.js';
import { sendProblem } from '../problems/send-problem.js';
import type { FairSlots } from './fair-slots.js';
import type { OverflowQueue } from './overflow-queue.js';
import type { PacedStarts } from './paced-starts.js';
import type { Share } from './shares.js';
import { WaitingRequest } from './waiting-request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What this request counts towards; null when the request needs no slot. */
    share: Share | null;
    holdsSlot: boolean;
  }
  interface FastifyContextConfig {
    /** A request of this route mostly waits for something else: it holds its slot only to start. */
    waits?: boolean;
  }
}

export type Done = (error?: Error) => void;

/** The share of all requests that have no owner yet. No owner has an empty id. */
export const NOBODY = { tenantId: '', userId: '' };

export interface RequestSlotsOptions {
  readonly slots: FairSlots;
  /** Slots of their own for requests without a verified token. */
  readonly unverified: FairSlots;
  /** Where a request waits that finds no position in the queue for slots. */
  readonly overflow: OverflowQueue;
  readonly starts: PacedStarts;
  readonly refusals: RefusalCounts;
}

/** The slots that requests hold in the hooks of Fastify, and their refusals. */
export class RequestSlots {
  readonly unverifiedShare: Share;
  readonly commonShare: Share;

  constructor(private readonly options: RequestSlotsOptions) {
    this.unverifiedShare = options.unverified.shareOf(NOBODY);
    this.commonShare = options.slots.shareOf(NOBODY);
  }

  /** The slots that this share is a share of. */
  of(share: Share): FairSlots {
    return share === this.unverifiedShare ? this.options.unverified : this.options.slots;
  }

  acquire(share: Share, request: FastifyRequest, reply: FastifyReply, done: Done): void {
    if (this.of(share).tryAcquire(share)) this.start(share, request, done);
    else this.wait(share, request, reply, () => this.start(share, request, done));
  }

  /** `start` is called when the request has a slot of this share. */
  wait(share: Share, request: FastifyRequest, reply: FastifyReply, start: () => void): void {
    const slots = this.of(share);
    const waiting = new WaitingRequest(request, start, () => this.refuseFor(share, request, reply));
    if (slots.enqueue(share, waiting)) return;
    this.overflow(share, request, reply, () => {
      if (!slots.tryAcquire(share)) return slots.enqueue(share, waiting);
      start();
      return true;
    });
  }

  /** `proceed` is called when the request would find a slot or a position: it has a body to read first. */
  waitForPosition(
    share: Share,
    request: FastifyRequest,
    reply: FastifyReply,
    proceed: () => void,
  ): void {
    this.overflow(share, request, reply, () => {
      if (this.of(share).isFullFor(share)) return false;
      proceed();
      return true;
    });
  }

  /** Answers here and not in the filter, which sees no errors of routes that Nest does not know. */
  refuse(request: FastifyRequest, reply: FastifyReply, bound: Bound): void {
    this.options.refusals.count(bound);
    sendProblem(request, reply, toProblem(new OverloadedError(bound)));
  }

  private overflow(
    share: Share,
    request: FastifyRequest,
    reply: FastifyReply,
    tryProceed: () => boolean,
  ): void {
    const refuse = (): void => this.refuseFor(share, request, reply);
    // Requests without an owner have more positions instead.
    if (share === this.unverifiedShare) {
      refuse();
      return;
    }
    const tryEnter = (): boolean => request.raw.socket.destroyed || tryProceed();
    this.options.overflow.enqueue(share, { tryEnter, refuse });
  }

  private refuseFor(share: Share, request: FastifyRequest, reply: FastifyReply): void {
    this.refuse(request, reply, this.boundOf(share));
  }

  private boundOf(share: Share): Bound {
    return share === this.unverifiedShare ? 'unverified-requests' : 'slots';
  }

  release(request: FastifyRequest): void {
    if (!request.holdsSlot || !request.share) return;
    request.holdsSlot = false;
    this.of(request.share).release(request.share);
  }

  private start(share: Share, request: FastifyRequest, done: Done): void {
    request.share = share;
    request.holdsSlot = true;
    const { starts } = this.options;
    const bodyBytes = request.bodyCount?.bytes ?? 0;
    if (starts.mayStart(bodyBytes)) this.begin(request, done);
    else starts.enqueue(bodyBytes, () => this.begin(request, done));
  }

  private begin(request: FastifyRequest, done: Done): void {
    done();
    if (request.routeOptions.config.waits) this.release(request);
  }
}
