import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import type { FaultUser } from './ledger.js';
import type { ServicePair } from './service-pair.js';

/** Milliseconds between the requests. */
const PACE_MS = 40;

/** A user who creates conversations and deletes them, while a nemesis strikes. */
export class Deletions {
  private readonly user: FaultUser = { tid: randomUUID(), sub: 'deletes' };
  /** Whose delete was acknowledged. */
  private readonly deleted: string[] = [];
  private isRunning = true;
  private readonly running: Promise<void>;
  private turn = 0;

  constructor(private readonly pair: ServicePair) {
    this.running = this.run();
  }

  /** How many deletes were acknowledged. */
  get count(): number {
    return this.deleted.length;
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await this.running;
  }

  /** None of them is back: neither process shows one. */
  async expectGone(): Promise<void> {
    for (const client of this.pair.services.map((_, i) => this.pair.client(this.user, i))) {
      const back: string[] = [];
      for (const id of this.deleted) if (await shows(client, id)) back.push(id);
      expect(back).toEqual([]);
    }
  }

  /** The ids of those whose deletes were acknowledged. */
  get ids(): readonly string[] {
    return this.deleted;
  }

  private get client(): ApiClient {
    return this.pair.client(this.user, this.turn++);
  }

  private async run(): Promise<void> {
    while (this.isRunning) {
      const key = randomUUID();
      const body = { messages: [{ content: 'a' }] };
      const answer = await this.client
        .post(CONVERSATIONS, body, { 'Idempotency-Key': key })
        .catch(() => undefined);
      const id = answer?.status === 201 ? answer.body.id : undefined;
      if (id !== undefined) {
        // Some are saved by then, and others are not.
        await delay(Math.random() * 2_000);
        const deletion = await this.client.delete(`${CONVERSATIONS}/${id}`).catch(() => undefined);
        if (deletion?.status === 204) this.deleted.push(id);
      }
      await delay(PACE_MS);
    }
  }
}

async function shows(client: ApiClient, id: string): Promise<boolean> {
  let status = 0;
  await until(async () => {
    status = (await client.get(`${CONVERSATIONS}/${id}`)).status;
    return status === 200 || status === 404;
  });
  return status === 200;
}
