import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Owner } from '../domain/owner.js';
import type { FairSlots } from './fair-slots.js';
import { WaitingRequest } from './waiting-request.js';

/** Lets the requests of an owner pass, or rejects with the error that the answer tells. */
export interface RequestLimiter {
  admit(owner: Owner, reply: FastifyReply): Promise<void>;
}

/** What happens to a request that has been looked at. */
export interface Verdict {
  readonly admit: () => void;
  /** The answer is this error. */
  readonly fail: (error: Error) => void;
  /** There is too much to count. */
  readonly refuse: () => void;
}

/**
 * Counts requests for rate limits, before they acquire a slot of those that work. To count takes slots of its own, in
 * fair shares: one owner, however many requests it sends at once, has only a part of the connections to the store.
 */
export class LimitedRequests {
  constructor(
    private readonly limiter: RequestLimiter,
    private readonly counting: FairSlots,
  ) {}

  /** Whether a request of this owner would not even wait to be counted. */
  isFullFor(owner: Owner): boolean {
    return this.counting.hasWaiters && this.counting.isFullFor(this.counting.shareOf(owner));
  }

  count(owner: Owner, request: FastifyRequest, reply: FastifyReply, verdict: Verdict): void {
    const share = this.counting.shareOf(owner);
    const start = (): void => {
      this.limiter
        .admit(owner, reply)
        .finally(() => this.counting.release(share))
        .then(
          () => {
            if (!request.raw.socket.destroyed) verdict.admit();
          },
          (error: unknown) => verdict.fail(error as Error),
        );
    };
    if (this.counting.tryAcquire(share)) start();
    else if (!this.counting.enqueue(share, new WaitingRequest(request, start, verdict.refuse))) {
      verdict.refuse();
    }
  }
}
