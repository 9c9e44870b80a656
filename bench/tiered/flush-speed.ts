import { randomBytes } from 'node:crypto';
import { childrenOf } from '../../test/support/process-tree.js';
import type { PostgresServer } from '../../test/support/postgres-server.js';
import type { RedisServer } from '../../test/support/redis-server.js';
import { PartitionFlush } from '../../src/store/tiered/partition-flush.js';
import { concurrently, fill, newMessages, someOwners, type Filled } from '../load/filling.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { cpuMs } from '../load/process-usage.js';
import { median } from '../report/statistics.js';
import { BareFlush } from './bare-flush.js';
import { clear, openOwnTiers, type OwnTiers } from './own-tiers.js';
import { startPinnedRedis } from './servers.js';
import { countStatements } from './statement-count.js';

const TEXT = randomBytes(375).toString('base64');

/** As many conversations as a transaction of the flusher saves. */
const BARE_BATCH = 100;

/** What is unsaved, and of how many owners. */
export interface Dirt {
  readonly conversations: number;
  /** Unsaved messages of each. */
  readonly messages: number;
  /** Messages that PostgreSQL has of each. */
  readonly saved: number;
  readonly owners: number;
}

/** A flush of everything, once. */
interface Flush {
  readonly messagesPerSecond: number;
  /** Microseconds of processor time for each message. */
  readonly cpu: Usage;
  readonly statementsPerMessage: number;
}

interface Usage {
  readonly flusher: number;
  readonly redis: number;
  readonly postgres: number;
}

export interface FlushSpeed {
  readonly dirt: Dirt;
  readonly ours: Flush;
  readonly bare: Flush;
  /** The median of the ratios of the rounds. */
  readonly ratio: number;
}

/** The flusher, which has a processor of its own, beside a loop that only copies messages. */
export async function compareFlushes(
  postgres: PostgresServer,
  dirts: readonly Dirt[],
  rounds: number,
): Promise<FlushSpeed[]> {
  const redis = await startPinnedRedis();
  const url = await postgres.createDatabase();
  const own = await openOwnTiers(redis, url);
  const bare = await BareFlush.open(own, url);
  pin(process.pid, PROCESSOR.measured);
  try {
    const speeds: FlushSpeed[] = [];
    for (const dirt of dirts) {
      const sides = {
        ours: oursOf(own),
        bare: (all: Filled[]) => bare.run(all, dirt.saved, BARE_BATCH),
      };
      const flushes = { ours: [] as Flush[], bare: [] as Flush[] };
      for (let round = 0; round <= rounds; round++) {
        const order = round % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const);
        for (const side of order) {
          const flush = await measure({ own, redis, postgres }, dirt, sides[side]);
          // The first round does not count.
          if (round > 0) flushes[side].push(flush);
        }
      }
      speeds.push(speedOf(dirt, flushes));
    }
    return speeds;
  } finally {
    pin(process.pid, PROCESSOR.other);
    await bare.close();
    await own.close();
    await redis.stop();
  }
}

function oursOf({ tiers }: OwnTiers): (all: readonly Filled[]) => Promise<void> {
  const flush = new PartitionFlush(tiers.tier, tiers.record, tiers.guard, {
    residencyMs: 1_800_000,
    tail: 200,
    leaseMs: 15_000,
  });
  return async (all) => {
    let partitions = [...new Set(all.map(({ owner }) => tiers.keys.partitionOf(owner)))];
    while (partitions.length > 0) {
      const reports = await flush.run(partitions);
      partitions = partitions.filter((partition) => reports.get(partition)?.outcome !== 'done');
    }
  };
}

async function measure(
  { own, redis, postgres }: { own: OwnTiers; redis: RedisServer; postgres: PostgresServer },
  dirt: Dirt,
  flush: (all: Filled[]) => Promise<void>,
): Promise<Flush> {
  await clear(own, postgres);
  const all = await makeDirt(own, dirt);
  // Of new tables PostgreSQL knows nothing. Of empty ones that were vacuumed it would know that they are empty.
  if (dirt.saved > 0) await postgres.query('VACUUM ANALYZE', own.database);
  await postgres.query('CHECKPOINT');
  const statements = countStatements();
  const usage = usageOf(redis, postgres);
  const start = performance.now();
  await flush(all);
  const seconds = (performance.now() - start) / 1_000;
  const used = usage();
  statements.stop();
  const count = dirt.conversations * dirt.messages;
  const total = dirt.conversations * (dirt.saved + dirt.messages);
  const [row] = await postgres.query<{ saved: number }>(
    'SELECT count(*)::int AS saved FROM messages',
    own.database,
  );
  if (row?.saved !== total) throw new Error(`${row?.saved} of ${total} messages were saved.`);
  return {
    messagesPerSecond: count / seconds,
    cpu: {
      flusher: (used.flusher * 1_000) / count,
      redis: (used.redis * 1_000) / count,
      postgres: (used.postgres * 1_000) / count,
    },
    statementsPerMessage: statements.count / count,
  };
}

async function makeDirt(own: OwnTiers, dirt: Dirt): Promise<Filled[]> {
  const { conversations, messages, saved } = dirt;
  const { hot, keys, tier } = own.tiers;
  const first = { count: conversations, messages: saved === 0 ? messages : saved, text: TEXT };
  const all = await fill(hot, someOwners(dirt.owners), first);
  for (const { owner } of all) await tier.flushes.init(keys.partitionOf(owner));
  if (saved > 0) {
    await oursOf(own)(all);
    await concurrently(all, ({ owner, id }) => hot.append(owner, id, newMessages(messages, TEXT)));
  }
  return all;
}

/** Milliseconds of processor time since the call. What a process used that has ended does not count. */
function usageOf(redis: RedisServer, postgres: PostgresServer): () => Usage {
  const processesOf = {
    flusher: () => [process.pid],
    redis: () => [redis.pid],
    postgres: () => [postgres.pid, ...childrenOf(postgres.pid)],
  };
  const usedBy = (pids: readonly number[]) => new Map(pids.map((pid) => [pid, usedSoFar(pid)]));
  const before = {
    flusher: usedBy(processesOf.flusher()),
    redis: usedBy(processesOf.redis()),
    postgres: usedBy(processesOf.postgres()),
  };
  const since = (name: keyof Usage): number => {
    let sum = 0;
    for (const [pid, used] of usedBy(processesOf[name]())) {
      sum += Math.max(0, used - (before[name].get(pid) ?? 0));
    }
    return sum;
  };
  return () => ({
    flusher: since('flusher'),
    redis: since('redis'),
    postgres: since('postgres'),
  });
}

function usedSoFar(pid: number): number {
  try {
    return cpuMs(pid);
  } catch {
    // It has ended.
    return 0;
  }
}

function speedOf(
  dirt: Dirt,
  flushes: { readonly ours: readonly Flush[]; readonly bare: readonly Flush[] },
): FlushSpeed {
  const ratios = flushes.ours.map(
    (ours, i) => ours.messagesPerSecond / (flushes.bare[i] as Flush).messagesPerSecond,
  );
  return {
    dirt,
    ours: mediansOf(flushes.ours),
    bare: mediansOf(flushes.bare),
    ratio: median(ratios),
  };
}

function mediansOf(flushes: readonly Flush[]): Flush {
  const of = (pick: (flush: Flush) => number): number => median(flushes.map(pick));
  return {
    messagesPerSecond: of((flush) => flush.messagesPerSecond),
    cpu: {
      flusher: of(({ cpu }) => cpu.flusher),
      redis: of(({ cpu }) => cpu.redis),
      postgres: of(({ cpu }) => cpu.postgres),
    },
    statementsPerMessage: of((flush) => flush.statementsPerMessage),
  };
}
