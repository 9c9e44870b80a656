import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { v7 as uuidv7 } from 'uuid';
import type { PostgresServer } from '../../test/support/postgres-server.js';
import type { Owner } from '../../src/domain/owner.js';
import { PartitionFlush } from '../../src/store/tiered/partition-flush.js';
import { fill, newMessages, openStore, someOwners, type Filled } from '../load/filling.js';
import { clear, openOwnTiers, type OwnTiers } from './own-tiers.js';
import { startPinnedRedis } from './servers.js';

const TEXT = randomBytes(375).toString('base64');
const TAIL = 200;
const SHORT = { count: 500, messages: 20 };
const LONG = { count: 5, messages: 10_000 };
const OWN_CONVERSATIONS = 10;
/** A short residency, but longer than a few commands. */
const SOON_MS = 1_000;

/** What a conversation takes. */
export interface Size {
  readonly what: string;
  readonly bytes: number;
}

/** Bytes in Redis (of all keys, by MEMORY USAGE) and in PostgreSQL (of tables with their indices). */
export async function measureSizes(postgres: PostgresServer): Promise<Size[]> {
  const redis = await startPinnedRedis();
  const own = await openOwnTiers(redis, await postgres.createDatabase());
  const plain = await openStore(redis);
  try {
    const owners = someOwners(SHORT.count / OWN_CONVERSATIONS);
    await fill(plain, owners, { ...SHORT, text: TEXT });
    const alone = await sizeOfKeys(own.redis);
    const sizes: Size[] = [
      { what: 'Redis alone, 20 messages', bytes: alone / SHORT.count },
      ...(await shortOnes(own, postgres, owners)),
      ...(await longOnes(own, postgres)),
      ...(await coldOnes(own, postgres, owners)),
    ];
    return sizes;
  } finally {
    await plain.close();
    await own.close();
    await redis.stop();
  }
}

async function shortOnes(
  own: OwnTiers,
  postgres: PostgresServer,
  owners: Owner[],
): Promise<Size[]> {
  await clear(own, postgres);
  const all = await fill(own.tiers.hot, owners, { ...SHORT, text: TEXT });
  const unsaved = await sizeOfKeys(own.redis);
  await flush(own, all);
  const saved = await sizeOfKeys(own.redis);
  const rows = await sizeOfTables(own, postgres);
  return [
    { what: 'Redis, 20 messages, unsaved', bytes: unsaved / SHORT.count },
    { what: 'Redis, 20 messages, saved', bytes: saved / SHORT.count },
    ...rows.map(({ what, bytes }) => ({
      what: `PostgreSQL, 20 messages, ${what}`,
      bytes: bytes / SHORT.count,
    })),
  ];
}

async function longOnes(own: OwnTiers, postgres: PostgresServer): Promise<Size[]> {
  await clear(own, postgres);
  const all = await fill(own.tiers.hot, someOwners(LONG.count), { ...LONG, text: TEXT });
  await flush(own, all);
  const whole = await sizeOfKeys(own.redis);
  const rows = await sizeOfTables(own, postgres);
  // The older messages leave Redis a residency after they were saved, with the next save. What is unsaved then
  // stays for longer than this takes.
  await delay(SOON_MS);
  await append(own, all);
  await flush(own, all, SOON_MS);
  await append(own, all);
  const tail = await sizeOfKeys(own.redis);
  return [
    { what: 'Redis, 10,000 messages, all of them', bytes: whole / LONG.count },
    { what: `Redis, 10,000 messages, the last ${TAIL}`, bytes: tail / LONG.count },
    ...rows.map(({ what, bytes }) => ({
      what: `PostgreSQL, 10,000 messages, ${what}`,
      bytes: bytes / LONG.count,
    })),
  ];
}

/** They expire in Redis as they would after the residency. */
async function coldOnes(own: OwnTiers, postgres: PostgresServer, owners: Owner[]): Promise<Size[]> {
  await clear(own, postgres);
  const all: Filled[] = [];
  for (let i = 0; i < SHORT.count; i++) {
    const owner = owners[i % owners.length] as Owner;
    const id = uuidv7();
    const messages = newMessages(SHORT.messages, TEXT);
    const idempotency = {
      key: `key-${i}-of-a-create`,
      requestHash: randomBytes(16).toString('hex'),
    };
    await own.tiers.hot.create(owner, { id, metadata: {}, messages }, { idempotency });
    all.push({ owner, id });
  }
  await flush(own, all, 1);
  await delay(100);
  const records = await own.redis.keys('cs:*:idem:*');
  const ofRecords = await sizeOf(own.redis, records);
  const left = (await sizeOfKeys(own.redis)) - ofRecords;
  for (const { owner } of all) {
    const { keys, tier, hot } = own.tiers;
    await tier.hot.sweepIndex(keys.partitionOf(owner), { cleanGraceMs: 0, deleteGraceMs: 0 });
    await hot.list(owner, { limit: 1, statuses: ['active'] });
  }
  const swept = (await sizeOfKeys(own.redis)) - ofRecords;
  return [
    { what: 'Redis, cold: its idempotency record, for a day', bytes: ofRecords / SHORT.count },
    { what: 'Redis, cold: in indices, at first', bytes: left / SHORT.count },
    { what: 'Redis, cold: in indices, after sweeps', bytes: swept / SHORT.count },
  ];
}

async function append(own: OwnTiers, all: readonly Filled[]): Promise<void> {
  for (const { owner, id } of all) await own.tiers.hot.append(owner, id, newMessages(1, TEXT));
}

async function flush(
  { tiers }: OwnTiers,
  all: readonly Filled[],
  residencyMs = 1_800_000,
): Promise<void> {
  const partitions = new Set(all.map(({ owner }) => tiers.keys.partitionOf(owner)));
  for (const partition of partitions) await tiers.tier.flushes.init(partition);
  const options = { residencyMs, tail: TAIL, leaseMs: 15_000 };
  await new PartitionFlush(tiers.tier, tiers.record, tiers.guard, options).run([...partitions]);
}

async function sizeOfKeys(redis: Redis): Promise<number> {
  return sizeOf(redis, await redis.keys('*'));
}

async function sizeOf(redis: Redis, keys: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const key of keys) bytes += (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0;
  return bytes;
}

async function sizeOfTables(own: OwnTiers, postgres: PostgresServer): Promise<Size[]> {
  const [row] = await postgres.query<{ rows: number; indices: number }>(
    `SELECT sum(pg_table_size(t))::float8 AS rows, sum(pg_indexes_size(t))::float8 AS indices
     FROM unnest(ARRAY['conversations', 'messages', 'owners']::regclass[]) AS t`,
    own.database,
  );
  if (!row) return [];
  return [
    { what: 'rows', bytes: row.rows },
    { what: 'indices', bytes: row.indices },
  ];
}
