import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  CONVERSATION_STATUSES,
  ConversationDamagedError,
  ConversationNotFoundError,
  StoreFaultError,
  type Owner,
} from 'conversation-store';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { RedisServer, until } from '../support/redis-server.js';
import { openRedisStore, redisOptions, sharedRedisPort } from '../support/redis-store.js';
import { startService, type TestService } from '../support/service.js';

const RANGE = { limit: 9, from: 'end' } as const;
const MESSAGE = { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'x' }] } as const;

/** Ways to damage a conversation of three messages. */
const DAMAGES: [string, (redis: Redis, hash: string, list: string) => Promise<unknown>][] = [
  ['its hash was evicted', (redis, hash) => redis.del(hash)],
  ['its messages were evicted', (redis, _, list) => redis.del(list)],
  ['a message is missing', (redis, _, list) => redis.rpop(list)],
  ['a message is too many', (redis, _, list) => redis.rpush(list, 'x')],
];

/** Replaces a word of the head, the field that most writes change. */
async function replaceInHead(
  redis: Redis,
  hash: string,
  position: number,
  word: string,
): Promise<number> {
  const words = (await redis.hget(hash, 'head'))?.split(' ') ?? [];
  return redis.hset(hash, 'head', words.with(position, word).join(' '));
}

const UNREADABLE: [string, (redis: Redis, hash: string, list: string) => Promise<unknown>][] = [
  ['a message is no JSON', (redis, _, list) => redis.lset(list, 1, '1234567890123[')],
  ['a message has no role', (redis, _, list) => redis.lset(list, 1, '1234567890123["id","x","t"]')],
  ['its version is no number', (redis, hash) => replaceInHead(redis, hash, 1, 'x')],
  ['its status is unknown', (redis, hash) => replaceInHead(redis, hash, 0, 'lost')],
  ['a time is none', (redis, hash) => replaceInHead(redis, hash, 4, '9000000000000000')],
  ['its metadata is no object', (redis, hash) => redis.hset(hash, 'metadata', '[1]')],
];

describe('a damaged conversation', () => {
  let redis: Redis;
  let store: RedisConversationStore;
  let owner: Owner;

  beforeAll(async () => {
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore();
  });
  afterAll(async () => {
    await store.close();
    redis.disconnect();
  });

  async function damaged(damage: (typeof DAMAGES)[number][1]): Promise<string> {
    owner = { tenantId: randomUUID(), userId: 'u' };
    const id = randomUUID();
    const parts = [{ type: 'text', text: 'hi' }];
    const messages = [1, 2, 3].map(() => ({ id: randomUUID(), role: 'user' as const, parts }));
    await store.create(owner, { id, metadata: {}, messages });
    const { conversationKey, messagesKey } = new OwnerKeys('cs:', owner).conversation(id);
    await damage(redis, conversationKey, messagesKey);
    return id;
  }

  it.each([...DAMAGES, ...UNREADABLE])(
    'is an error and no emptied history: %s',
    async (_, damage) => {
      const id = await damaged(damage);
      await expect(store.read(owner, id, RANGE)).rejects.toThrow(ConversationDamagedError);
    },
  );

  it.each(DAMAGES)('takes no message and no change: %s', async (_, damage) => {
    const id = await damaged(damage);
    await expect(store.append(owner, id, [MESSAGE])).rejects.toThrow(ConversationDamagedError);
    await expect(store.update(owner, id, { title: 'x' })).rejects.toThrow(ConversationDamagedError);
  });

  const unwritable: typeof DAMAGES = [
    ['its status is unknown', (client, hash) => replaceInHead(client, hash, 0, 'paused')],
    ['its version is no number', (client, hash) => replaceInHead(client, hash, 1, 'x')],
    ['its deadline is no number', (client, hash) => replaceInHead(client, hash, 6, '')],
  ];
  it.each(unwritable)('is not changed in part by a write that fails: %s', async (_, damage) => {
    const id = await damaged(damage);
    const { conversationKey: hash, messagesKey: list } = new OwnerKeys('cs:', owner).conversation(
      id,
    );
    const before = [await redis.hgetall(hash), await redis.lrange(list, 0, -1)];
    const writes = [
      store.append(owner, id, [MESSAGE]),
      store.update(owner, id, { title: 'x', metadata: { a: 'b' } }),
      store.touch(owner, id),
      store.putState(owner, id, 1, 0),
    ];
    for (const write of writes) await expect(write).rejects.toThrow(ConversationDamagedError);
    expect([await redis.hgetall(hash), await redis.lrange(list, 0, -1)]).toEqual(before);
  });

  it('whose metadata is no JSON takes no patch of it', async () => {
    const id = await damaged((client, hash) => client.hset(hash, 'metadata', '{'));
    const patching = store.update(owner, id, { metadata: { a: 'b' } });
    await expect(patching).rejects.toThrow(ConversationDamagedError);
  });

  it('does not show its content in the error', async () => {
    const id = await damaged((client, _, list) => client.lset(list, 1, '1234567890123SECRET'));
    const error: unknown = await store.read(owner, id, RANGE).catch((thrown: unknown) => thrown);
    const causes = [error, (error as Error).cause].map((thrown) =>
      thrown instanceof Error ? thrown.stack : '',
    );
    expect(causes.join()).toContain('Message 2 cannot be read');
    expect(causes.join()).not.toContain('SECRET');
  });

  it.each([...DAMAGES, ...UNREADABLE])('can be deleted: %s', async (_, damage) => {
    const id = await damaged(damage);
    await store.delete(owner, id);
    await expect(store.read(owner, id, RANGE)).rejects.toThrow(ConversationNotFoundError);
    expect(await store.listIds(owner)).toEqual([]);
  });

  it.each([...DAMAGES, ...UNREADABLE])('never breaks or shortens a list: %s', async (_, damage) => {
    const id = await damaged(damage);
    const intact: string[] = [];
    for (let i = 0; i < 4; i++) {
      const draft = { id: randomUUID(), metadata: {}, messages: [] };
      await store.create(owner, draft);
      intact.push(draft.id);
    }
    const query = { limit: 4, statuses: CONVERSATION_STATUSES };
    const { conversations } = await store.list(owner, query);
    const shown = conversations.map((conversation) => conversation.id);
    // One that lacks messages alone still has what a list shows of it: it is then the oldest.
    expect(shown).toHaveLength(4);
    expect(shown.filter((other) => other !== id).every((other) => intact.includes(other))).toBe(
      true,
    );
  });

  it('that was evicted whole is one that never was', async () => {
    const id = await damaged((client, hash, list) => client.del(hash, list));
    await expect(store.read(owner, id, RANGE)).rejects.toThrow(ConversationNotFoundError);
    expect((await store.list(owner, { limit: 9, statuses: ['active'] })).conversations).toEqual([]);
  });
});

describe('an index that is lost', () => {
  const query = { limit: 4, statuses: CONVERSATION_STATUSES };
  let redis: Redis;
  let store: RedisConversationStore;
  let owner: Owner;
  let keys: OwnerKeys;
  let id: string;

  beforeEach(async () => {
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore({ ttlMs: 1_000 });
    owner = { tenantId: randomUUID(), userId: 'u' };
    keys = new OwnerKeys('cs:', owner);
    id = randomUUID();
    await store.create(owner, { id, metadata: {}, messages: [] });
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  it('by eviction makes a list an error and not empty, and erases all the same', async () => {
    await redis.del(keys.activeKey);
    await expect(store.list(owner, query)).rejects.toThrow(StoreFaultError);
    expect(await store.listIds(owner)).toEqual([id]);
    expect(await store.erase(owner)).toBe(1);
    await expect(store.read(owner, id, RANGE)).rejects.toThrow(ConversationNotFoundError);
  });

  it('of the deadlines takes nothing out of a list', async () => {
    await redis.del(keys.expiriesKey);
    const { conversations } = await store.list(owner, query);
    expect(conversations.map((conversation) => conversation.id)).toEqual([id]);
    expect(await store.erase(owner)).toBe(1);
  });

  it('is never that of the deadlines while another still has an id, whatever the order', async () => {
    // The index of the new status is younger than that of the deadlines, and would outlive it.
    await until(async () => (await redis.pttl(keys.expiriesKey)) < 1_020);
    await store.update(owner, id, { status: 'completed' });
    const [deadlines, index] = [
      await redis.pttl(keys.expiriesKey),
      await redis.pttl(keys.completedKey),
    ];
    expect(deadlines).toBeGreaterThanOrEqual(index - 1);
    await until(async () => (await redis.exists(keys.conversation(id).conversationKey)) === 0);
    expect(await store.list(owner, query)).toEqual({ conversations: [] });
    expect(await redis.exists(keys.completedKey, keys.expiriesKey)).toBe(0);
  });
});

describe('a damaged conversation over REST', () => {
  let redis: Redis;
  let service: TestService;
  let client: ApiClient;

  beforeAll(async () => {
    redis = new Redis(sharedRedisPort());
    service = await startService({ store: { driver: 'redis', ...redisOptions() } });
    client = service.client({ sub: 'u', tid: randomUUID() });
  });
  afterEach(() => client.delete(CONVERSATIONS));
  afterAll(async () => {
    await service.close();
    redis.disconnect();
  });

  it('answers 500, is logged, and shows in an export as what it is', async () => {
    const { body: broken } = await client.post(CONVERSATIONS, { messages: [{ content: 'hi' }] });
    const { body: intact } = await client.post(CONVERSATIONS, { messages: [{ content: 'hi' }] });
    const owner = broken as unknown as Owner;
    const { messagesKey } = new OwnerKeys('cs:', owner).conversation(broken.id);
    await redis.del(messagesKey);

    const { status, body, text } = await client.get(`${CONVERSATIONS}/${broken.id}`);
    expect([status, body.type]).toEqual([500, '/problems/conversation-damaged']);
    expect(text).not.toMatch(/cs:|\bat /);
    expect(service.logLines().join('\n')).toContain('ConversationDamagedError');

    const { text: exported } = await client.get(`${CONVERSATIONS}/export`);
    const lines = exported
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(intact);
    expect(lines).toContainEqual({
      id: broken.id,
      problem: expect.objectContaining({ type: '/problems/conversation-damaged' }),
    });
  });
});

describe('a Redis that evicts', () => {
  it.each([
    ['allkeys-lru', true],
    ['noeviction', false],
  ])('is warned of at the start: %s', async (policy, isWarned) => {
    const redis = await RedisServer.start('--maxmemory-policy', policy);
    const node = { host: '127.0.0.1', port: redis.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    const service = await startService({
      store: { driver: 'redis', ...redisOptions({ topology }) },
    });
    try {
      // The check is the first command on the connection: its answer is there before this one's.
      expect((await service.client().get(CONVERSATIONS)).status).toBe(200);
      const log = service.logLines().join('\n');
      expect(log.includes(`warn [Store] Redis evicts (maxmemory-policy ${policy})`)).toBe(isWarned);
    } finally {
      await service.close();
      await redis.stop();
    }
  });
});
