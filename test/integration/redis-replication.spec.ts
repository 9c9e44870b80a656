import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  ConversationStore,
  NewMessage,
  Owner,
  RedisStoreOptions,
  WriteOptions,
} from 'conversation-store';
import { describeConversationStore } from 'conversation-store/contract';
import { Redis } from 'ioredis';
import { concurrentRunner, elapse } from '../support/real-clock.js';
import { freePort } from '../support/free-port.js';
import { RedisServer, until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

const LATEST = { limit: 200, from: 'end' } as const;

let primary: RedisServer;
let replica: RedisServer;

beforeAll(async () => {
  primary = await RedisServer.start();
  replica = await startReplica(primary);
});
afterAll(() => Promise.all([primary.stop(), replica.stop()]));

describeConversationStore(concurrentRunner(), 'redis, waiting for a replica', {
  open: (limits) => openStoreOn(primary.port, { ...limits, waitReplicas: 1 }),
  elapse,
});

describe('REDIS_WAIT_REPLICAS=1', () => {
  let store: ConversationStore;
  let owner: Owner;
  let id: string;

  function append(text: string, options?: WriteOptions): Promise<unknown> {
    return store.append(owner, id, [aMessage(text)], options);
  }

  beforeAll(async () => {
    store = await openStoreOn(primary.port, { waitReplicas: 1 });
  });
  afterAll(() => store.close());
  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'u' };
    id = randomUUID();
    await createSafely(store, owner, id);
  });

  it('acknowledges the writes that the replica has, and no others', async () => {
    await append('on both');
    const idempotency = { key: 'k', requestHash: 'h' };
    replica.freeze();
    try {
      // The repeated append changes nothing. It must not be acknowledged either: no replica has the first.
      for (const text of ['on one', 'on one']) {
        await expect(append(text, { idempotency })).rejects.toMatchObject({
          code: 'store-unavailable',
          mayHaveBeenApplied: true,
        });
      }
      // Reads do not wait for replicas.
      const { messages } = await store.read(owner, id, LATEST);
      expect(messages).toHaveLength(2);
      await store.touch(owner, id);
    } finally {
      replica.thaw();
    }
    await until(() =>
      append('on one', { idempotency }).then(
        () => true,
        () => false,
      ),
    );
    expect((await store.read(owner, id, LATEST)).messages).toHaveLength(2);
  });

  it('waits once for many writes', async () => {
    const admin = new Redis(primary.port);
    try {
      await admin.config('RESETSTAT');
      await Promise.all(Array.from({ length: 100 }, (_, i) => append(String(i))));
      const stats = await admin.info('commandstats');
      const waits = Number(/^cmdstat_wait:calls=(\d+)/m.exec(stats)?.[1]);
      expect(waits).toBeGreaterThan(0);
      expect(waits).toBeLessThan(50);
    } finally {
      admin.disconnect();
    }
  });
});

describe('a promotion', () => {
  it('loses nothing that was acknowledged while the replica was cut off again and again', async () => {
    const owner = { tenantId: randomUUID(), userId: 'u' };
    const id = randomUUID();
    const store = await openStoreOn(primary.port, { timeoutMs: 1_500, waitReplicas: 1 });
    try {
      await createSafely(store, owner, id);
      const acknowledged: string[] = [];
      let refused = 0;
      const write = async (round: string): Promise<void> => {
        const texts = Array.from({ length: 20 }, (_, i) => `${round} ${i}`);
        const writes = texts.map((text) => store.append(owner, id, [aMessage(text)]));
        const outcomes = await Promise.allSettled(writes);
        outcomes.forEach(({ status }, i) => {
          if (status === 'fulfilled') acknowledged.push(texts[i] as string);
          else refused++;
        });
      };
      for (let round = 0; round < 2 || acknowledged.length < 20; round++) {
        await follow(replica, primary);
        await write(`followed ${round}`);
        // A frozen replica would still find in its socket what the primary had sent.
        await cutOff(replica);
        await write(`cut off ${round}`);
      }
      // In the last round, the primary dies before the replica has caught up.
      await primary.kill();
      await promote(replica);
      const promoted = await openStoreOn(replica.port, { waitReplicas: 0 });
      const { messages } = await promoted.read(owner, id, LATEST);
      await promoted.close();
      const stored = new Set(messages.map(({ parts }) => String(parts[0]?.['text'])));
      expect(acknowledged.filter((text) => !stored.has(text))).toEqual([]);
      expect(refused).toBeGreaterThanOrEqual(40);
    } finally {
      await store.close();
    }
  });
});

function aMessage(text: string): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
}

function openStoreOn(
  port: number,
  options: Partial<RedisStoreOptions>,
): Promise<ConversationStore> {
  const topology = { mode: 'standalone', node: { host: '127.0.0.1', port }, db: 0 } as const;
  return openRedisStore({ topology, ...options });
}

/** A replica with a busy disk answers late, and the write is refused. Then the client sends it again. */
async function createSafely(store: ConversationStore, owner: Owner, id: string): Promise<void> {
  const idempotency = { key: 'create', requestHash: id };
  await until(() =>
    store.create(owner, { id, metadata: {}, messages: [] }, { idempotency }).then(
      () => true,
      () => false,
    ),
  );
}

async function startReplica(primary: RedisServer): Promise<RedisServer> {
  const replica = await RedisServer.start();
  await follow(replica, primary);
  return replica;
}

async function follow(replica: RedisServer, primary: RedisServer): Promise<void> {
  await ask(replica.port, (redis) => redis.replicaof('127.0.0.1', primary.port));
  // The primary counts the replica a little after the link is up.
  await ask(primary.port, async (redis) => {
    await redis.set('a write to wait for', '', 'EX', 60);
    await until(async () => (await redis.wait(1, 100)) === 1);
  });
}

/** Makes it a replica of a server that does not exist. */
async function cutOff(replica: RedisServer): Promise<void> {
  const nobody = await freePort();
  await ask(replica.port, (redis) => redis.replicaof('127.0.0.1', nobody));
}

async function promote(replica: RedisServer): Promise<void> {
  await ask(replica.port, (redis) => redis.replicaof('NO', 'ONE'));
}

async function ask(port: number, question: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(port);
  try {
    await question(redis);
  } finally {
    redis.disconnect();
  }
}
