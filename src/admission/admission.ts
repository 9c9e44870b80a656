import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { TokenAuthentication } from '../auth/token-authentication.js';
import type { AppConfig } from '../config/app-config.js';
import { appConfig } from '../config/config.module.js';
import type { Owner } from '../domain/owner.js';
import { Drain } from '../health/drain.js';
import type { Bound } from '../http/bounds.js';
import { RefusalCounts } from '../problems/refusal-counts.js';
import { AdmissionHooks } from './admission-hooks.js';
import type { Admit } from './admission-server.js';
import { isAlwaysAdmitted } from './always-admitted.js';
import { BodyBytes } from './body-bytes.js';
import { FairSlots } from './fair-slots.js';
import { LimitedRequests, type RequestLimiter } from './limited-requests.js';
import { OverflowQueue } from './overflow-queue.js';
import { PacedStarts } from './paced-starts.js';
import { refuse } from './refusal.js';
import { NOBODY } from './request-slots.js';
import { UnsentAnswers } from './unsent-answers.js';

/** Requests whose token is not verified yet have no owner by whom they could wait before Fastify. */
const UNVERIFIED_POSITIONS_PER_SLOT = 4;

/**
 * Decides which requests are admitted. A request holds a slot from when its body has arrived until
 * its answer is ready. A slow upload, a slow reader and a stream therefore hold none. A request that
 * waits for something else, as a turn waits for a language model, needs a free slot to be admitted,
 * and releases it as soon as it has started.
 *
 * The hooks of Fastify decide who holds a slot and who waits for one, because they know the owner of
 * a request. What certainly finds neither a slot nor a position in their queue waits before Fastify, and
 * is refused there, at a fraction of the cost.
 */
@Injectable()
export class Admission {
  /** Counts the bytes of all bodies. */
  readonly bodies: BodyBytes;
  /** Starts what takes the process a while, a little at a time. */
  readonly starts = new PacedStarts();
  readonly slots: FairSlots;
  /** The slots of requests without a verified token. */
  readonly unverified: FairSlots;
  /** For requests that the store counts for rate limits, before they acquire a slot. */
  readonly counting: FairSlots;
  readonly unsent: UnsentAnswers;
  private readonly corsOrigins: ReadonlySet<string>;
  private readonly overflow: OverflowQueue;
  private authentication: TokenAuthentication | null = null;
  private limited: LimitedRequests | null = null;
  private refusedEarly = 0;

  constructor(
    @Inject(appConfig.KEY) { http }: AppConfig,
    private readonly drain: Drain,
    private readonly refusals: RefusalCounts,
  ) {
    const waitMs = http.slotWaitMs;
    this.overflow = new OverflowQueue({ waitMs });
    const shares = {
      slots: http.maxConcurrentRequests,
      slotsPerOwner: http.maxRequestsPerOwner,
      waitMs,
      onRoom: () => this.overflow.drain(),
    };
    this.slots = new FairSlots(shares);
    this.counting = new FairSlots(shares);
    const few = http.maxUnverifiedRequests;
    this.unverified = new FairSlots({
      slots: few,
      slotsPerOwner: few,
      positionsPerSlot: UNVERIFIED_POSITIONS_PER_SLOT,
      waitMs,
    });
    this.bodies = new BodyBytes(http.maxBodyBytes, http.bodyLimit);
    this.unsent = new UnsentAnswers(http.maxUnsentBytes);
    this.corsOrigins = new Set(http.corsOrigins);
  }

  /** How many requests were refused before Fastify saw them. */
  get earlyRefusals(): number {
    return this.refusedEarly;
  }

  /** For the AdmissionServer, which calls it before Fastify has done anything for the request. */
  readonly admit: Admit = (request, response, enter) => {
    const owner = this.hasWaiters && !isAlwaysAdmitted(request) && this.findOwner(request);
    if (!owner || this.boundReachedBy(owner) === undefined) {
      enter(request, response);
      return;
    }
    this.overflow.enqueue(this.slots.shareOf(owner), {
      tryEnter: () => {
        if (response.destroyed) return true;
        if (this.boundReachedBy(owner) !== undefined) return false;
        enter(request, response);
        return true;
      },
      refuse: () => {
        this.refusedEarly++;
        this.refusals.count(this.boundReachedBy(owner) ?? 'slots');
        refuse(request, response, { corsOrigins: this.corsOrigins, closes: this.drain.isDraining });
      },
    });
  };

  /**
   * Adds the hooks that find the owner of a request and acquire its slot, after all other `onRequest`
   * hooks. `authentication` is null when the application finds its callers itself, and `limiter` when
   * requests are not limited.
   */
  addHooks(
    server: FastifyInstance,
    authentication: TokenAuthentication | null,
    limiter: RequestLimiter | null,
  ): void {
    this.authentication = authentication;
    this.limited = limiter && new LimitedRequests(limiter, this.counting);
    const { slots, unverified, overflow, unsent, starts, refusals, limited } = this;
    const options = {
      slots,
      unverified,
      overflow,
      unsent,
      starts,
      refusals,
      authentication,
      limited,
    };
    new AdmissionHooks(options).addTo(server);
  }

  private get hasWaiters(): boolean {
    return this.slots.hasWaiters || this.counting.hasWaiters;
  }

  /** Undefined for one that is not known yet: the hooks find it. */
  private findOwner(request: IncomingMessage): Owner | undefined {
    return this.authentication ? this.authentication.findVerified(request)?.owner : NOBODY;
  }

  /** At which bound the hooks would find no position for a request of this owner. */
  private boundReachedBy(owner: Owner): Bound | undefined {
    const { slots } = this;
    if (this.limited?.isFullFor(owner)) return 'rate-limits';
    return slots.hasWaiters && slots.isFullFor(slots.shareOf(owner)) ? 'slots' : undefined;
  }
}
