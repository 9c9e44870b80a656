import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AppConfig } from '../config/app-config.js';
import { appConfig } from '../config/config.module.js';
import type { Owner } from '../domain/owner.js';
import type { RateLimits } from '../domain/rate-limit.js';
import { RateLimitedError } from '../http/request.errors.js';
import { limitedRequests } from '../observation/facts.js';
import {
  isExceeded,
  REQUEST_COUNTER,
  type LimitUse,
  type RequestCounter,
} from '../store/request-counter.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { policyHeader, secondsUntil, useHeader } from './rate-limit-headers.js';
import { UsedUpLimits } from './used-up-limits.js';

/** Counts the requests of users and tenants, and refuses those that are over a limit. */
@Injectable()
export class RateLimiter {
  private readonly limits: RateLimits;
  private readonly policy: string;
  private readonly usedUp = new UsedUpLimits();

  constructor(
    @Inject(appConfig.KEY) { rateLimits }: AppConfig,
    @Inject(REQUEST_COUNTER) private readonly counter: RequestCounter,
  ) {
    this.limits = rateLimits;
    this.policy = policyHeader(rateLimits);
  }

  /** Whether there are limits. Without any, nobody calls `admit`. */
  get isOn(): boolean {
    return this.limits.length > 0;
  }

  /**
   * Counts a request, and sets the headers of its answer. What cannot be counted is refused: else a store that is away
   * would lift all limits.
   * @throws RateLimitedError, StoreUnavailableError, StoreFaultError
   */
  async admit(owner: Owner, reply: FastifyReply): Promise<void> {
    const uses = await this.count(owner);
    reply.header('RateLimit-Policy', this.policy);
    reply.header('RateLimit', useHeader(uses));
    const exceeded = uses.filter(isExceeded);
    if (exceeded.length > 0) throw refusal(exceeded);
  }

  private async count(owner: Owner): Promise<readonly LimitUse[]> {
    const known = this.usedUp.find(owner, this.limits);
    if (known) return [known];
    const askedAt = performance.now();
    try {
      const uses = await this.counter.count(owner, this.limits);
      for (const use of uses) if (isExceeded(use)) this.usedUp.add(owner, use, askedAt);
      return uses;
    } catch (error) {
      throw error instanceof StoreUnavailableError ? unchanged(error) : error;
    }
  }
}

/** Of several limits, the one that refuses for the longest time counts. */
function refusal(exceeded: readonly LimitUse[]): RateLimitedError {
  const { limit, endsInMs } = exceeded.reduce((a, b) => (b.endsInMs > a.endsInMs ? b : a));
  limitedRequests.publish({ policy: limit.policy });
  const message = `The limit of the ${limit.policy} is used up. Nothing was changed.`;
  return new RateLimitedError(message, secondsUntil(endsInMs));
}

/** The count may have been stored, but nothing of the request itself has. */
function unchanged(cause: StoreUnavailableError): StoreUnavailableError {
  return new StoreUnavailableError(cause.message, { cause, mayHaveBeenApplied: false });
}
