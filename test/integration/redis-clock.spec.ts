import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATION_STATUSES, type ConversationStore, type Owner } from 'conversation-store';
import { ConversationsService } from '../../src/conversations/conversations.service.js';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import { setClock } from '../support/redis-clock.js';
import { RedisServer } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

const HOUR_MS = 3_600_000;
const TTL_MS = 600_000;
const RANGE = { limit: 200, from: 'end' } as const;
const ALL = { limit: 100, statuses: CONVERSATION_STATUSES } as const;

describe('the clock of Redis', () => {
  let redis: RedisServer;
  let admin: Redis;
  let store: ConversationStore;
  let owner: Owner;

  beforeAll(async () => {
    redis = await RedisServer.start();
    admin = new Redis(redis.port);
    const node = { host: '127.0.0.1', port: redis.port };
    store = await openRedisStore({ topology: { mode: 'standalone', node, db: 0 }, ttlMs: TTL_MS });
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
    await redis.stop();
  });
  beforeEach(() => {
    owner = { tenantId: randomUUID(), userId: 'u' };
  });

  async function create(): Promise<string> {
    const id = randomUUID();
    await store.create(owner, { id, metadata: {}, messages: [aMessage('first')] });
    return id;
  }

  function turnKeyOf(id: string): string {
    return new OwnerKeys('cs:', owner).conversation(id).turnKey;
  }

  function aMessage(text: string) {
    return { id: randomUUID(), role: 'user' as const, parts: [{ type: 'text', text }] };
  }

  it('set back by an hour turns no order round, and takes no life away', async () => {
    const [id, other] = [await create(), await create()];
    await setClock(admin, owner, -HOUR_MS);
    const before = await store.read(owner, id, RANGE);
    expect(before.conversation.updatedAt.getTime()).toBeGreaterThan(Date.now());
    const { conversation, messages } = await store.append(owner, id, [aMessage('second')]);
    expect(conversation.updatedAt).toEqual(before.conversation.updatedAt);
    expect(messages[0]?.createdAt).toEqual(before.conversation.updatedAt);
    const page = await store.read(owner, id, RANGE);
    expect(page.messages.map(({ seq, parts }) => [seq, parts[0]?.['text']])).toEqual([
      [1, 'first'],
      [2, 'second'],
    ]);
    // Its deadline goes by the clock as it is now: Redis would delete it by no other.
    const life = Number(page.conversation.expiresAt) - Date.now();
    expect(life).toBeGreaterThan(TTL_MS - 60_000);
    expect(life).toBeLessThanOrEqual(TTL_MS);
    const updated = await store.update(owner, id, { title: 'x' });
    expect(updated.updatedAt).toEqual(before.conversation.updatedAt);
    const listed = (await store.list(owner, ALL)).conversations.map((listing) => listing.id);
    expect(listed.sort()).toEqual([id, other].sort());
  });

  it('set back by an hour doubles no write', async () => {
    const id = await create();
    const options = { idempotency: { key: 'k', requestHash: 'h' } };
    const first = await store.append(owner, id, [aMessage('once')], options);
    await setClock(admin, owner, -HOUR_MS);
    const again = await store.append(owner, id, [aMessage('once')], options);
    expect([again.replayed, again.messages[0]?.id]).toEqual([true, first.messages[0]?.id]);
    expect(again.conversation.messageCount).toBe(2);
  });

  it('set back by an hour lets a read count as access', async () => {
    const id = await create();
    await setClock(admin, owner, -HOUR_MS);
    const service = new ConversationsService(store);
    const { conversation } = await service.read(owner, id, RANGE);
    const sinceAccess = conversation.lastAccessedAt.getTime() - Date.now();
    expect(Math.abs(sinceAccess)).toBeLessThan(60_000);
  });

  it('set back gives no lost turn its lease again', async () => {
    const id = await create();
    const turn = (text: string) => ({
      id: randomUUID(),
      input: { message: aMessage(text) },
      onConflict: 'reject' as const,
      leaseMs: 60_000,
    });
    const [lost, next] = [turn('lost'), turn('next')];
    await store.beginTurn(owner, id, lost);
    const turnKey = turnKeyOf(id);
    await admin.hset(turnKey, 'leaseUntil', 1);
    await store.beginTurn(owner, id, next);
    // As if it had been yesterday when the first one began.
    await admin.hset(`${turnKey}:before`, 'leaseUntil', Date.now() + HOUR_MS);
    const ending = { end: 'completed', replies: [aMessage('late')], events: [] } as const;
    await expect(
      store.endTurn({ owner, conversationId: id, turnId: lost.id }, ending),
    ).rejects.toMatchObject({
      code: 'turn-lost',
    });
    const { turn: ended } = await store.endTurn(
      { owner, conversationId: id, turnId: next.id },
      ending,
    );
    expect(ended).toMatchObject({ id: next.id, replies: { seq: 4, count: 1 } });
  });

  it('set forward by an hour ends what lives shorter, everywhere at once', async () => {
    const id = await create();
    await setClock(admin, owner, HOUR_MS);
    await expect(store.read(owner, id, RANGE)).rejects.toMatchObject({
      code: 'conversation-not-found',
    });
    expect((await store.list(owner, ALL)).conversations).toEqual([]);
    expect(await store.listIds(owner)).toEqual([]);
    const newer = await create();
    expect(await store.listIds(owner)).toEqual([newer]);
  });
});
