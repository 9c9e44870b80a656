import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer, until } from '../support/redis-server.js';
import { Deletions } from './deletions.js';
import { isMeasured } from './fault-results.js';
import { runUnderFault } from './fault-run.js';
import { Ledger } from './ledger.js';
import { FAULT_TEST_MS, type Nemesis } from './nemesis.js';
import { killAndRestart } from './process-nemeses.js';
import { killProcess } from './service-nemeses.js';
import type { ServicePair } from './service-pair.js';
import { killAnything, killRecord, setPostgresBack, setRedisBack } from './tiered-nemeses.js';
import { startTieredPair, tieredScene } from './tiered-scene.js';

/** What the long run sends at least. */
const APPENDS = isMeasured() ? Number(process.env['FAULT_APPENDS'] ?? 20_000) : 0;
const TURNS = APPENDS / 40;

let redis: RedisServer;
let postgres: PostgresServer;
let pair: ServicePair;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([
    RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
    PostgresServer.start(),
  ]);
  pair = await startTieredPair(redis.url, postgres.url);
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await redis.stop();
  await postgres.stop();
});

/** The ledger keeps its word for the messages, and nothing deleted is back. */
async function keepTheirWord(make: (ledger: Ledger) => Nemesis, users = 3): Promise<void> {
  const ledger = new Ledger();
  const deletions = new Deletions(pair);
  const scene = tieredScene(pair, { redis, postgres: () => postgres }, users);
  try {
    await runUnderFault(scene, make(ledger), ledger);
  } finally {
    await deletions.stop();
  }
  expect(deletions.count).toBeGreaterThan(0);
  await deletions.expectGone();
  await until(async () => (await living(deletions.ids)) === 0).catch(() => undefined);
  expect(await living(deletions.ids)).toBe(0);
}

/** How many of these have anything left in PostgreSQL but a tombstone. */
async function living(ids: readonly string[]): Promise<number> {
  const list = ids.map((id) => `'${id}'`).join();
  const [row] = await postgres.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM conversations WHERE id IN (${list}) AND status <> 'deleted')
       + (SELECT count(*) FROM messages WHERE conversation_id IN (${list})))::int AS count`,
    'conversations',
  );
  return row?.count ?? NaN;
}

describe('Redis in front of PostgreSQL, and two processes of the service', () => {
  const nemeses: [string, (ledger: Ledger) => Nemesis][] = [
    [
      'the death of a process of the service',
      () => killProcess(pair, 'tiered: kill -9 of a process of the service'),
    ],
    ['kill -9 of Redis', () => killAndRestart(redis, 'tiered: Redis: kill -9, restart with AOF')],
    ['kill -9 of PostgreSQL', () => killRecord(postgres)],
    [
      'an earlier copy of Redis',
      (ledger) => setRedisBack(pair, redis, postgres, 'copy', () => ledger),
    ],
    ['an empty Redis', (ledger) => setRedisBack(pair, redis, postgres, 'empty', () => ledger)],
    ['an earlier copy of PostgreSQL', () => setPostgresBack(pair, postgres)],
  ];
  it.each(nemeses)(
    'keep their word through %s',
    async (_, nemesis) => keepTheirWord(nemesis),
    FAULT_TEST_MS,
  );

  it(
    'keep their word through many kills of everything',
    async () => {
      await keepTheirWord((ledger) => {
        const isEnough = (): boolean =>
          ledger.of('acknowledged').length >= APPENDS &&
          ledger.turns.filter(({ isAnswered }) => isAnswered).length >= TURNS;
        return killAnything(pair, [redis, postgres], isEnough);
      }, 6);
    },
    FAULT_TEST_MS + 1_800_000,
  );
});
