import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import slotOf from 'cluster-key-slot';
import type { Owner } from 'conversation-store';
import {
  decodeIdempotencyRecord,
  encodeIdempotencyRecord,
} from '../../src/store/codecs/idempotency-record.codec.js';
import { OwnerKeys } from '../../src/store/redis/redis.keys.js';
import { SCRIPTS } from '../../src/store/redis/redis.scripts.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { auditRedis } from '../support/redis-audit.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';

const TTL_MS = 600_000;
const CLAIM = { key: 'a key', requestHash: 'a'.repeat(22) };

describe('what lies in Redis', () => {
  let redis: Redis;
  let store: RedisConversationStore;

  beforeAll(async () => {
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore({ ttlMs: TTL_MS });
  });
  afterAll(async () => {
    await store.close();
    redis.disconnect();
  });

  async function conversationOf(owner: Owner, contents: string[] = []): Promise<string> {
    const id = randomUUID();
    await store.create(
      owner,
      { id, metadata: { a: 'b' }, messages: contents.map(message) },
      { idempotency: CLAIM },
    );
    return id;
  }

  async function keysOf(owner: Owner): Promise<string[]> {
    const pattern = `*:${owner.tenantId}:*`;
    const keys: string[] = [];
    for await (const batch of redis.scanStream({ match: pattern, count: 1000 })) {
      keys.push(...(batch as string[]));
    }
    return keys.sort();
  }

  it('is the keys of the table, with a TTL each and in one slot', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner, ['hi']);
    await store.putState(owner, id, { step: 1 }, 0);
    const keys = await keysOf(owner);
    const [, tag, ...rest] = (keys[0] as string).split(':');
    expect(tag).toMatch(/^\{p\d+\}$/);
    const prefix = `cs:${tag}:${rest[0]}:${rest[1]}`;
    expect(keys.map((key) => key.replace(/idem:[\w-]{22}$/, 'idem:<hash>'))).toEqual(
      [
        `${prefix}:conv:${id}`,
        `${prefix}:conv:${id}:messages`,
        `${prefix}:conversations:active`,
        `${prefix}:expiries`,
        `${prefix}:idem:<hash>`,
      ].sort(),
    );
    expect(new Set(keys.map(slotOf)).size).toBe(1);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(TTL_MS - 60_000);
  });

  it('gives both keys of a conversation the same deadline, and the hash says which', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner, ['hi']);
    const { conversationKey, messagesKey } = new OwnerKeys('cs:', owner).conversation(id);
    const { conversation } = await store.append(owner, id, [message('again')]);
    // PEXPIRETIME is of Redis 7, which the tests run; the service does without it.
    const deadlines = await Promise.all(
      [conversationKey, messagesKey].map((key) => redis.call('PEXPIRETIME', key)),
    );
    const expiresAt = conversation.expiresAt?.getTime();
    expect(deadlines).toEqual([expiresAt, expiresAt]);
  });

  it('lets an index live as long as its longest-lived member, also when the TTL is lowered', async () => {
    const owner = anOwner();
    await conversationOf(owner);
    const shorter = await openRedisStore({ ttlMs: 1_000 });
    const id = randomUUID();
    await shorter.create(owner, { id, metadata: {}, messages: [message('hi')] });
    await shorter.append(owner, id, [message('again')]);
    await shorter.close();
    const keys = new OwnerKeys('cs:', owner);
    for (const key of [keys.expiriesKey, keys.activeKey]) {
      expect(await redis.pttl(key)).toBeGreaterThan(TTL_MS - 60_000);
    }
  });

  it('retains an idempotency record of less than 200 bytes for a day', async () => {
    const owner = anOwner();
    await conversationOf(owner, ['a', 'b']);
    const key = new OwnerKeys('cs:', owner).record(CLAIM.key);
    expect(await redis.strlen(key)).toBeLessThanOrEqual(200);
    expect(await redis.pttl(key)).toBeGreaterThan(86_400_000 - 60_000);
    expect(await redis.pttl(key)).toBeLessThanOrEqual(86_400_000);
  });

  it('writes idempotency records in the words that the codec writes', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner, ['a', 'b']);
    const recordKey = (key: string): string => new OwnerKeys('cs:', owner).record(key);
    const records = [await redis.get(recordKey(CLAIM.key))];
    for (const replies of [[], [message('c'), message('d')]]) {
      const idempotency = { ...CLAIM, key: randomUUID() };
      const turn = {
        id: randomUUID(),
        input: { message: message('q') },
        leaseMs: 60_000,
        idempotency,
      };
      await store.beginTurn(owner, id, { ...turn, onConflict: 'reject' });
      records.push(await redis.get(recordKey(idempotency.key)));
      const ref = { owner, conversationId: id, turnId: turn.id };
      await store.endTurn(ref, { end: 'completed', replies, events: [], idempotency });
      records.push(await redis.get(recordKey(idempotency.key)));
    }
    const texts = records.map(String);
    expect(texts.map((text) => text.split(' ').length)).toEqual([4, 8, 8, 8, 8]);
    expect(texts.map(decodeIdempotencyRecord).map(encodeIdempotencyRecord)).toEqual(texts);
  });

  it('passes messages through untouched, each one element', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner, ['{"json":1}', '1e400 "quoted" \u2028']);
    const { messagesKey } = new OwnerKeys('cs:', owner).conversation(id);
    const elements = await redis.lrange(messagesKey, 0, -1);
    expect(elements.map((element) => JSON.parse(element.slice(13)) as unknown)).toEqual([
      [expect.any(String), 'u', '{"json":1}'],
      [expect.any(String), 'u', '1e400 "quoted" \u2028'],
    ]);
  });

  it('leaves nothing of an erased owner but idempotency records, which have no content', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner, ['secret']);
    await store.update(owner, id, { status: 'archived' });
    await store.erase(owner);
    expect(await keysOf(owner)).toEqual([expect.stringContaining(':idem:')]);
  });

  it('works on after SCRIPT FLUSH', async () => {
    const owner = anOwner();
    const id = await conversationOf(owner);
    await redis.script('FLUSH');
    await store.append(owner, id, [message('hi')]);
    const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
    expect(messages).toHaveLength(1);
  });

  it('needs no command or option that came after Redis 6.0', () => {
    const scripts = Object.values(SCRIPTS).map(({ lua }) => lua.replace(/--.*$/gm, ''));
    const commands = scripts.flatMap((lua) =>
      [...lua.matchAll(/redis\.call\('(\w+)'/g)].map(([, command]) => command),
    );
    const calls = scripts.flatMap((lua) => [...lua.matchAll(/redis\.call\(/g)]);
    expect(commands).toHaveLength(calls.length);
    expect([...new Set(commands)].sort()).toEqual(
      // prettier-ignore
      ['DEL', 'EXISTS', 'GET', 'HDEL', 'HGET', 'HGETALL', 'HINCRBY', 'HLEN', 'HMGET', 'HSET', 'HSTRLEN',
        'INCR', 'LINDEX', 'LLEN', 'LRANGE', 'LSET', 'LTRIM', 'PEXPIRE', 'PEXPIREAT', 'PTTL', 'RENAME', 'RPUSH', 'SADD',
        'SCARD', 'SET', 'SISMEMBER', 'SREM', 'TIME', 'UNLINK', 'XADD', 'XRANGE', 'ZADD', 'ZCARD', 'ZRANGE', 'ZRANGEBYSCORE',
        'ZREM', 'ZREVRANGEBYSCORE', 'ZSCORE'],
    );
    expect(scripts.join()).not.toMatch(/'BYSCORE'|'BYLEX'|'GT'|'LT'|'NX'|'KEEPTTL'|'REV'/);
  });

  it('is audited by an audit that sees what is wrong', async () => {
    const [a, b] = ['cs:{pA}:audit:x:1', 'cs:{pB}:audit:x:2'];
    const own = new Redis(sharedRedisPort(), { db: 1 });
    try {
      await own.mset(a, '1', b, '2');
      const audit = await auditRedis(own);
      expect([...audit.keysWithoutTtl].sort()).toEqual([a, b]);
      expect(audit.ownersInSeveralSlots).toEqual(['audit:x']);
    } finally {
      await own.flushdb();
      own.disconnect();
    }
  });
});

function anOwner(): Owner {
  return { tenantId: randomUUID(), userId: 'ä:{b}*' };
}

function message(text: string): {
  id: string;
  role: 'user';
  parts: { type: string; text: string }[];
} {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
}
