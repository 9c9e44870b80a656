import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { flushFacts, type FlushFact } from '../../observation/facts.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { PartitionFlush, PartitionReport } from './partition-flush.js';

/**
 * Milliseconds from the beginning of a pass over what this process has written to until the next one begins. A
 * pass that takes long leaves twice its time to requests: the later the next one is, the more messages of a
 * conversation it saves at once, and the less it takes for each.
 */
const INTERVAL_MS = { least: 1_000, most: 2_000, timesOfPass: 3 } as const;

/** Milliseconds until the next attempt while another process flushes the partition. */
const BUSY_MS = 20;

interface FlushRequest {
  readonly partition: number;
  readonly giveUpAt: number;
  readonly saved: string[];
  readonly resolve: (saved: readonly string[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Decides when partitions are flushed: every second or two those that this process has written to, and at once
 * those that somebody waits for. All who wait at a time share a pass.
 */
export class Flusher {
  private readonly logger = new Logger('Store');
  private readonly written = new Set<number>();
  private requests: FlushRequest[] = [];
  private running: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  private isStopped = false;
  private isFailing = false;
  /** Whether somebody has asked since the last pass began. */
  private isAsked = false;

  constructor(
    private readonly flush: PartitionFlush,
    private readonly guard: {
      /** One of the tiers may have gone back: compare them. */
      suspect(partition: number): void;
    },
  ) {}

  start(): void {
    this.running = this.repeat();
  }

  /** Says that the partition may have something unsaved. */
  note(partition: number): void {
    this.written.add(partition);
  }

  /**
   * Saves all that the partition holds unsaved now.
   * @param waitMs milliseconds that this may take
   * @returns the members of its index that this process has saved
   * @throws StoreUnavailableError when not everything was saved
   */
  save(partition: number, waitMs: number): Promise<readonly string[]> {
    if (this.isStopped) return Promise.reject(late());
    const giveUpAt = performance.now() + waitMs;
    return new Promise((resolve, reject) => {
      this.requests.push({ partition, giveUpAt, saved: [], resolve, reject });
      this.isAsked = true;
      this.wake();
    });
  }

  /** Saves what is unsaved, for so many milliseconds at most, and ends. */
  async stop(waitMs: number): Promise<void> {
    this.isStopped = true;
    this.wake();
    // A pass may take long. What it leaves stays marked.
    await Promise.race([this.finish(waitMs), delay(waitMs, undefined, { ref: false })]);
  }

  private async finish(waitMs: number): Promise<void> {
    const giveUpAt = performance.now() + waitMs;
    await this.running;
    while (this.written.size > 0 && performance.now() < giveUpAt) {
      await this.pass([...this.written]);
      if (this.written.size > 0) await delay(BUSY_MS);
    }
  }

  private async repeat(): Promise<void> {
    let dueAt = performance.now() + INTERVAL_MS.least;
    while (!this.isStopped) {
      const untilDueMs = Math.max(0, dueAt - performance.now());
      if (!this.isAsked) await this.pause(this.requests.length > 0 ? BUSY_MS : untilDueMs);
      const begunAt = performance.now();
      const isDue = begunAt >= dueAt;
      const wanted = this.requests.map(({ partition }) => partition);
      const partitions = new Set(isDue ? [...this.written, ...wanted] : wanted);
      if (partitions.size > 0) await this.pass([...partitions]);
      if (isDue) dueAt = begunAt + intervalAfter(performance.now() - begunAt);
    }
    for (const { reject } of this.requests.splice(0)) reject(late());
  }

  private async pass(partitions: readonly number[]): Promise<void> {
    const requests = this.requests.splice(0);
    this.isAsked = false;
    // What is written from now on may be missed by this pass.
    for (const partition of partitions) this.written.delete(partition);
    const begunAt = performance.now();
    try {
      const reports = await this.flush.run(partitions);
      this.publish('ok', begunAt, [...reports.values()]);
      for (const [partition, { outcome, hasMarks, hasTurns }] of reports) {
        // The end of a turn that another process runs is not this one's to wait for.
        const hasMore = hasMarks || (hasTurns && !this.isStopped);
        if (outcome !== 'done' || hasMore) this.written.add(partition);
        if (outcome === 'unverified') this.guard.suspect(partition);
      }
      for (const request of requests) this.answer(request, reports.get(request.partition));
      this.isFailing = false;
    } catch (error) {
      this.publish('failed', begunAt, []);
      for (const partition of partitions) this.written.add(partition);
      for (const { reject } of requests) reject(error);
      this.report(error);
    }
  }

  private publish(
    outcome: FlushFact['outcome'],
    begunAt: number,
    reports: readonly PartitionReport[],
  ): void {
    if (!flushFacts.isObserved) return;
    const tookMs = performance.now() - begunAt;
    const conversations = reports.reduce((sum, { saved }) => sum + saved.length, 0);
    const messages = reports.reduce((sum, { savedMessages }) => sum + savedMessages, 0);
    flushFacts.publish({ outcome, tookMs, conversations, messages });
  }

  private answer(request: FlushRequest, report: PartitionReport | undefined): void {
    if (report) request.saved.push(...report.saved);
    if (report?.outcome === 'done') request.resolve(request.saved);
    else if (performance.now() >= request.giveUpAt) request.reject(late());
    else this.requests.push(request);
  }

  /** An outage is in the log already, and so is what failed in the pass before. */
  private report(error: unknown): void {
    if (!(error instanceof StoreUnavailableError)) {
      this.logger.error('Conversations could not be saved in PostgreSQL.', error);
    } else if (!this.isFailing) {
      this.logger.warn(`Conversations are not saved in PostgreSQL for now: ${error.message}`);
    }
    this.isFailing = true;
  }

  private async pause(ms: number): Promise<void> {
    const timer = new AbortController();
    const woken = new Promise<void>((resolve) => (this.wake = resolve));
    await Promise.race([
      woken,
      delay(ms, undefined, { signal: timer.signal, ref: false }).catch(() => undefined),
    ]);
    timer.abort();
  }
}

function intervalAfter(passMs: number): number {
  const { least, most, timesOfPass } = INTERVAL_MS;
  return Math.min(Math.max(least, timesOfPass * passMs), most);
}

function late(): StoreUnavailableError {
  return new StoreUnavailableError('Not everything could be saved in PostgreSQL in time.', {
    mayHaveBeenApplied: true,
  });
}
