import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { CONVERSATION_STORE, type ConversationStore } from './conversation-store.js';

/** Milliseconds within which a healthy store answers a ping. */
const PING_TIMEOUT_MS = 2_000;

/** Up when the store answers a ping in time. The answer shows the driver and its latency, and no more. */
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
      await withTimeout(this.store.ping(), PING_TIMEOUT_MS);
      return indicator.up({ driver, latencyMs: Math.round((performance.now() - start) * 10) / 10 });
    } catch {
      return indicator.down({ driver });
    }
  }
}

async function withTimeout(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Timed out.')), ms);
  });
  await Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
}
