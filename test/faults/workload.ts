import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/redis-server.js';
import { deliver } from './delivery.js';
import { isMeasured } from './fault-results.js';
import type { FaultScene } from './fault-scene.js';
import type { Effect, Entry, FaultUser, Ledger, Outcome, Place } from './ledger.js';
import type { Clients } from './nemesis.js';
import type { ServicePair } from './service-pair.js';

/**
 * Milliseconds between the requests of one writer, so that a refusal at once is no busy loop. Among other
 * tests the load is light: what is proved does not depend on how much is sent.
 */
const PACE_MS = isMeasured() ? 8 : 40;

/** Milliseconds within which everybody is served again, however busy the machine is. */
const PATIENCE_MS = 60_000;

/** Writers at once in the conversation that several share. */
const CONCURRENT = 3;

/**
 * What clients do all the time, each request to the other of the two processes. For each user:
 * - a writer alone in its conversation, who sends a message when the one before is settled;
 * - a patient one, who sends each again with its key until it is acknowledged;
 * - several who share a conversation and wait for nobody, one of them without keys;
 * - one who creates conversations;
 * - one who runs turns in a conversation, one after the other.
 */
export class Workload implements Clients {
  private isRunning = true;
  private turn = 0;
  private readonly writers: Promise<void>[] = [];
  /** When the latest request began that was acknowledged, by user and process. */
  private readonly lastSuccess = new Map<string, number>();

  private readonly pair: ServicePair;
  private readonly users: readonly FaultUser[];
  private readonly hasTurns: boolean;

  constructor(
    { pair, users, hasTurns = false }: Pick<FaultScene, 'pair' | 'users' | 'hasTurns'>,
    private readonly ledger: Ledger,
  ) {
    this.pair = pair;
    this.users = users;
    this.hasTurns = hasTurns;
  }

  /** Returns when every writer has its conversation. */
  async start(): Promise<void> {
    for (const user of this.users) {
      const [alone, patient, shared] = await Promise.all([1, 2, 3].map(() => this.open(user)));
      this.write(() => this.send(this.ledger.plan(user, alone)));
      this.write(() => this.sendPatiently(this.ledger.plan(user, patient)));
      for (let i = 0; i < CONCURRENT; i++) {
        const hasKey = i > 0;
        this.write(() => this.send(this.ledger.plan(user, shared, { hasKey })));
      }
      this.write(() => this.send(this.ledger.plan(user)));
      if (this.hasTurns) {
        const talk = await this.open(user);
        this.write(() => this.send(this.ledger.plan(user, talk, { isTurn: true })));
      }
    }
  }

  /** Waits until each user has had a success from each process that was asked for after `moment`. */
  async servesAllSince(moment: number): Promise<void> {
    const ways = this.users.length * this.pair.services.length;
    const served = (): number => [...this.lastSuccess.values()].filter((at) => at > moment).length;
    await until(() => served() === ways, PATIENCE_MS).catch(() => {
      throw new Error(`Only ${served()} of ${ways} are served:\n${this.pair.latestLogs()}`);
    });
  }

  areServed(): Promise<void> {
    return this.servesAllSince(performance.now());
  }

  /** More than there are patient writers: those turn what they have met into a success. */
  async meet(effect: Effect): Promise<void> {
    const count = (): number => this.ledger.count(effect);
    const before = count();
    await until(() => count() > before + this.users.length, PATIENCE_MS).catch(() => {
      throw new Error(`No client has met "${effect}":\n${this.pair.latestLogs()}`);
    });
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await Promise.all(this.writers);
  }

  /** Sends everything again, with its key, to either process until each is acknowledged. */
  async retry(entries: readonly Entry[]): Promise<void> {
    const left = [...entries];
    const retrying = Array.from({ length: 8 }, async () => {
      for (let entry = left.shift(); entry; entry = left.shift()) {
        const current = entry;
        await until(async () => (await this.send(current)) === 'acknowledged', PATIENCE_MS);
      }
    });
    await Promise.all(retrying);
  }

  private async open(user: FaultUser): Promise<string> {
    const entry = this.ledger.plan(user);
    await until(async () => (await this.send(entry)) === 'acknowledged', PATIENCE_MS);
    return (entry.place as Place).conversationId;
  }

  private write(next: () => Promise<unknown>): void {
    const writer = async (): Promise<void> => {
      while (this.isRunning) {
        await next();
        await delay(PACE_MS * (0.5 + Math.random()));
      }
    };
    this.writers.push(writer());
  }

  private async send(entry: Entry): Promise<Outcome> {
    const service = this.turn++ % this.pair.services.length;
    const start = performance.now();
    const outcome = await deliver(this.ledger, entry, this.pair.client(entry.user, service));
    if (outcome === 'acknowledged') {
      this.lastSuccess.set(`${service} ${entry.user.tid} ${entry.user.sub}`, start);
    }
    return outcome;
  }

  private async sendPatiently(entry: Entry): Promise<void> {
    while ((await this.send(entry)) !== 'acknowledged' && this.isRunning) {
      await delay(PACE_MS);
    }
  }
}
