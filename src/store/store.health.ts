import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { CONVERSATION_STORE, type ConversationStore } from './conversation-store.js';
import { withTimeout } from './with-timeout.js';

/** Milliseconds within which a healthy store answers a ping. */
const PING_TIMEOUT_MS = 2_000;

/**
 * Up when the store answers a ping in time. The answer shows the driver, its latency and which of its
 * tiers are up, and no more.
 */
@Injectable()
export class StoreHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(CONVERSATION_STORE) private readonly store: ConversationStore,
  ) {}

  async check(key: string): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(key);
    const { driver } = this.store;
    const start = performance.now();
    try {
      const tiers = await withTimeout(this.store.ping(), PING_TIMEOUT_MS);
      const latencyMs = Math.round((performance.now() - start) * 10) / 10;
      return indicator.up({ driver, latencyMs, ...tiers });
    } catch {
      return indicator.down({ driver });
    }
  }
}
