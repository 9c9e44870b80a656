import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Owner } from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { RedisServer } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

const LEASE_MS = 60_000;

let server: RedisServer;
let redis: Redis;
let store: RedisConversationStore;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.port);
  const node = { host: '127.0.0.1', port: server.port };
  store = await openRedisStore({ topology: { mode: 'standalone', node, db: 0 } });
});
afterAll(async () => {
  await store.close();
  redis.disconnect();
  await server.stop();
});

function events(from: number, to: number): { seq: number; data: string }[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    seq: from + i,
    data: `"${from + i}"`,
  }));
}

it('events of an older process, an entry each, are read, and batches follow them', async () => {
  const owner: Owner = { tenantId: randomUUID(), userId: 'u' };
  const id = randomUUID();
  const message = {
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text: 'hi' }],
  } as const;
  await store.create(owner, { id, metadata: {}, messages: [] });
  const turn = {
    id: randomUUID(),
    input: { message },
    onConflict: 'reject',
    leaseMs: LEASE_MS,
  } as const;
  await store.beginTurn(owner, id, turn);
  const { turnKey, eventsKey } = new OwnerKeys('cs:', owner).conversation(id);
  for (const { seq, data } of events(1, 20)) await redis.xadd(eventsKey, `${seq}-0`, 'data', data);
  await redis.hset(turnKey, 'lastEvent', 20);

  const ref = { owner, conversationId: id, turnId: turn.id };
  await store.advanceTurn(ref, { leaseMs: LEASE_MS, events: events(18, 40) });
  await store.advanceTurn(ref, { leaseMs: LEASE_MS, events: events(41, 41) });
  // What an older process has stored stays as it is, and what this one adds is one entry a call.
  expect(await redis.xlen(eventsKey)).toBe(22);
  for (const after of [0, 7, 19, 20, 30, 40, 41]) {
    const page = await store.readTurn(owner, id, { after, maxBytes: 1_000 });
    expect(page).toMatchObject({ events: events(after + 1, 41), isComplete: true });
  }
  const part = await store.readTurn(owner, id, { after: 10, maxBytes: 60 });
  expect(part).toMatchObject({ events: events(11, 25), isComplete: false });
});
