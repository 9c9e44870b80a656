import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../support/api-client.js';

/** One request of an open loop. */
export interface PacedRequest {
  readonly startedAt: number;
  readonly ms: number;
  /** 0 when the connection failed. */
  readonly status: number;
}

/** Requests at a rate, whatever becomes of those before: users do not wait for each other. */
export class PacedLoad {
  readonly requests: PacedRequest[] = [];
  private readonly pending = new Set<Promise<void>>();
  private readonly sending: Promise<void>;
  private isRunning = true;

  constructor(
    private readonly clients: readonly ApiClient[],
    private readonly request: (client: ApiClient, n: number) => Promise<{ status: number }>,
    perSecond: number,
  ) {
    this.sending = this.send(1_000 / perSecond);
  }

  /** Requests that began in this span of `performance.now()`. */
  between(from: number, to: number): PacedRequest[] {
    return this.requests.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  /** Returns when all that was sent is answered. */
  async stop(): Promise<void> {
    this.isRunning = false;
    await this.sending;
    await Promise.all(this.pending);
  }

  private async send(intervalMs: number): Promise<void> {
    const begun = performance.now();
    for (let n = 0; this.isRunning; n++) {
      const late = performance.now() - begun - n * intervalMs;
      if (late < 0) await delay(-late);
      const client = this.clients[n % this.clients.length] as ApiClient;
      const request = this.time(client, n);
      this.pending.add(request);
      void request.then(() => this.pending.delete(request));
    }
  }

  private async time(client: ApiClient, n: number): Promise<void> {
    const startedAt = performance.now();
    const status = await this.request(client, n).then(
      (answer) => answer.status,
      () => 0,
    );
    this.requests.push({ startedAt, ms: performance.now() - startedAt, status });
  }
}

/** The value that this share of them does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
