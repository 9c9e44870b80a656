import { setTimeout as delay } from 'node:timers/promises';
import { openTiers, type Tiers } from './open-tiers.js';
import type { TieredStoreOptions } from './tiered.options.js';

/** What a flush of the whole store did. */
export interface StoreFlush {
  /** Conversations that were saved. */
  readonly flushed: number;
  /** Conversations and deletes in Redis that PostgreSQL does not have. */
  readonly remaining: number;
}

/** Partitions that are flushed together: they share transactions. */
const AT_ONCE = 64;

/** Milliseconds until the next attempt while another process flushes the partitions. */
const BUSY_MS = 50;

/** Milliseconds between two questions whether both tiers answer. */
const CONNECT_MS = 100;

/**
 * Saves everything that Redis holds and PostgreSQL does not have yet.
 * @throws Error that says what is wrong, without a secret
 */
export async function flushStore(options: TieredStoreOptions): Promise<StoreFlush> {
  const { timeoutMs } = options.postgres;
  const tiers = await openTiers(options);
  try {
    await untilConnected(tiers, timeoutMs);
    return await flushAll(tiers, 4 * timeoutMs);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(tiers.diagnosis ?? message, { cause: error });
  } finally {
    await Promise.all(tiers.background.map((task) => task.stop()));
    await tiers.hot.close();
    await tiers.record.close();
  }
}

/** Tables may have to be migrated first. */
async function untilConnected({ hot, record }: Tiers, waitMs: number): Promise<void> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      await Promise.all([hot.ping(), record.ping()]);
      return;
    } catch (error) {
      if (performance.now() >= giveUpAt) throw error;
      await delay(CONNECT_MS);
    }
  }
}

/** Flushes until nothing is left, or no less is left than before: a service may be writing. */
async function flushAll(tiers: Tiers, patienceMs: number): Promise<StoreFlush> {
  const saved = new Set<string>();
  for (let before = Infinity; ;) {
    const states = await tiers.guard.compare();
    const remaining = states.reduce(
      (sum, { unsaved, quarantined, pendingDeletes }) =>
        sum + unsaved + quarantined + pendingDeletes,
      0,
    );
    if (remaining === 0 || remaining >= before) return { flushed: saved.size, remaining };
    before = remaining;
    for (const state of states) {
      if (state.pendingDeletes > 0) await tiers.deletion.finishPending(state);
    }
    const unsaved = states.filter((state) => state.unsaved > 0).map(({ partition }) => partition);
    for (let start = 0; start < unsaved.length; start += AT_ONCE) {
      await flushSome(tiers, unsaved.slice(start, start + AT_ONCE), patienceMs, saved);
    }
  }
}

/** Flushes what the partitions hold unsaved now, as far as no other process stands in the way for long. */
async function flushSome(
  { flush }: Tiers,
  partitions: readonly number[],
  patienceMs: number,
  saved: Set<string>,
): Promise<void> {
  let pending = partitions;
  let giveUpAt = performance.now() + patienceMs;
  while (pending.length > 0 && performance.now() < giveUpAt) {
    const { size } = saved;
    const reports = await flush.run(pending);
    for (const report of reports.values()) for (const member of report.saved) saved.add(member);
    const left = pending.filter((partition) => reports.get(partition)?.outcome !== 'done');
    const hasMoved = saved.size > size || left.length < pending.length;
    if (hasMoved) giveUpAt = performance.now() + patienceMs;
    else await delay(BUSY_MS);
    pending = left;
  }
}
