import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bound } from '../http/bounds.js';
import { OverloadedError } from '../http/request.errors.js';
import { toProblem } from '../problems/problem-catalogue.js';
import type { RefusalCounts } from '../problems/refusal-counts.js';
import { sendProblem } from '../problems/send-problem.js';
import type { FairSlots } from './fair-slots.js';
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
    const refuse = (): void => this.refuse(request, reply, this.boundOf(share));
    const waiting = new WaitingRequest(request, start, refuse);
    if (!this.of(share).enqueue(share, waiting)) refuse();
  }

  /** Answers here and not in the filter, which sees no errors of routes that Nest does not know. */
  refuse(request: FastifyRequest, reply: FastifyReply, bound: Bound): void {
    this.options.refusals.count(bound);
    sendProblem(request, reply, toProblem(new OverloadedError(bound)));
  }

  boundOf(share: Share): Bound {
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
