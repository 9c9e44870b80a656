import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ConversationStore } from 'conversation-store';
import pg from 'pg';
import { PostgresPurge } from '../../src/store/postgres/postgres.purge.js';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, rejectsWith, texts } from '../contract/workbench.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { cool, createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';

const DAY_MS = 86_400_000;
const PAGE = { limit: 10, from: 'end' } as const;

let store: ConversationStore;
let tiers: Tiers;
let purge: PostgresPurge;
let redis: Redis;
let database: pg.Client;

beforeAll(async () => {
  const pair = await createTierPair('tiered-purge:');
  ({ store, tiers } = await openTieredParts(tieredOptions(pair, { ttlMs: 30 * DAY_MS })));
  // Nothing is saved, and nobody looks what is not, but when the test says so.
  tiers.flusher.note = () => undefined;
  await tiers.sweeper.stop();
  purge = tiers.background.find((task) => task instanceof PostgresPurge) as PostgresPurge;
  redis = new Redis(sharedRedisPort());
  database = new pg.Client({ connectionString: pair.databaseUrl });
  await database.connect();
});

afterAll(async () => {
  redis.disconnect();
  await database.end();
  await store.close();
});

async function accessedDaysAgo(id: string, days: number): Promise<void> {
  await database.query(
    `UPDATE conversations SET accessed_at = now() - $2 * interval '1 day' WHERE id = $1`,
    [id, days],
  );
}

it('deletes what has expired, once PostgreSQL knows of every access until lately', async () => {
  const owner = anOwner();
  const [expired, accessed] = [aConversation(), aConversation({ messages: texts('one') })];
  await store.create(owner, expired);
  await store.create(owner, accessed);
  await cool(tiers, owner);
  await store.touch(owner, accessed.id);
  await Promise.all([expired, accessed].map(({ id }) => accessedDaysAgo(id, 31)));

  // Nobody has looked yet what is unsaved.
  expect(await purge.purge()).toBe(0);
  // The access is older than any that a purge may not know of.
  const { hotKey, conversationKey } = tiers.keys.of(owner).conversationInTier(accessed.id);
  const [seconds] = await redis.time();
  await redis.zadd(hotKey, Number(seconds) * 1_000 - 61_000, conversationKey);
  await tiers.sweeper.sweep();
  expect(await purge.purge()).toBe(0);

  await store.flush(owner);
  await tiers.sweeper.sweep();
  expect(await purge.purge()).toBe(1);
  await cool(tiers, owner);
  expect((await store.read(owner, accessed.id, PAGE)).messages).toHaveLength(1);
  await rejectsWith(store.read(owner, expired.id, PAGE), 'conversation-not-found');
});
