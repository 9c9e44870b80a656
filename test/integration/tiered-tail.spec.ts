import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ConversationStore, MessageRange } from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, rejectsWith, texts } from '../contract/workbench.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { cool, createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';

const COUNT = 10_000;
/** Of the text of a message. */
const BYTES = 500;
/** A message in Redis: its text, its id, its time, and what Redis takes for an element. */
const MESSAGE_BYTES = BYTES + 150;
/** As short as it can be. A statement has half of it, on a machine that is busy. */
const RESIDENCY_MS = 4_000;

const owner = anOwner();
const { id } = aConversation();

let proxy: TcpFaultProxy;
let postgresPort: number;
let store: ConversationStore;
let tiers: Tiers;
let redis: Redis;
let count = 0;

beforeAll(async () => {
  const pair = await createTierPair('tiered-tail:');
  postgresPort = Number(new URL(pair.databaseUrl).port);
  proxy = await TcpFaultProxy.start(postgresPort);
  const options = tieredOptions({ ...pair, databaseUrl: proxy.urlInPlaceOf(pair.databaseUrl) });
  ({ store, tiers } = await openTieredParts({
    ...options,
    postgres: { ...options.postgres, timeoutMs: RESIDENCY_MS / 2 },
    residencyMs: 1_000,
    maxMessagesPerConversation: 2 * COUNT,
  }));
  redis = new Redis(sharedRedisPort());
  await store.create(owner, aConversation({ id }));
});

afterAll(async () => {
  redis.disconnect();
  await store.close();
  await proxy.stop();
});

/** Messages whose texts tell their seq. */
async function append(length: number): Promise<void> {
  const contents = Array.from({ length }, (_, i) => `${count + 1 + i} `.padEnd(BYTES, '.'));
  await store.append(owner, id, texts(...contents));
  count += length;
}

async function inRedis(): Promise<{ base: number; length: number; bytes: number }> {
  const { conversationKey, messagesKey } = tiers.keys.of(owner).conversationInTier(id);
  const [base, length, bytes] = await Promise.all([
    redis.hget(conversationKey, 'base'),
    redis.llen(messagesKey),
    redis.memory('USAGE', messagesKey, 'SAMPLES', 0),
  ]);
  return { base: Number(base), length, bytes: bytes ?? 0 };
}

/** Reads the page, which has what its messages say. */
async function seqsOf(range: MessageRange): Promise<number[]> {
  const { messages } = await store.read(owner, id, range);
  for (const { seq, parts } of messages) {
    expect((parts[0] as unknown as { text: string }).text).toMatch(new RegExp(`^${seq} \\.+$`));
  }
  return messages.map(({ seq }) => seq);
}

function seqs(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

async function expectPagesRight(base: number): Promise<void> {
  const over = { limit: 20, from: { after: base - 10 } };
  expect(await seqsOf(over)).toEqual(seqs(base - 9, base + 10));
  expect(await seqsOf({ limit: 20, from: { before: base + 11 } })).toEqual(
    seqs(base - 9, base + 10),
  );
  expect(await seqsOf({ limit: 50, from: { after: 0 } })).toEqual(seqs(1, 50));
  expect(await seqsOf({ limit: 50, from: { before: base + 1 } })).toEqual(seqs(base - 49, base));
  expect(await seqsOf({ limit: 50, from: 'end' })).toEqual(seqs(count - 49, count));
}

describe('a conversation of 10,000 messages', () => {
  it('has only its end in Redis after two residencies of use', async () => {
    while (count < COUNT) {
      await append(100);
      if (count % 1_000 === 0) await store.flush(owner);
    }
    expect((await store.read(owner, id, { limit: 0, from: 'end' })).conversation.messageCount).toBe(
      COUNT,
    );
    await until(async () => {
      await store.touch(owner, id);
      await store.flush(owner);
      return (await inRedis()).length <= 250;
    });
    const { base, length, bytes } = await inRedis();
    expect(base + length).toBe(count);
    expect(length).toBeGreaterThanOrEqual(200);
    expect(bytes).toBeLessThan(250 * MESSAGE_BYTES);
    await expectPagesRight(base);
  });

  it('has only its end in Redis when it comes back', async () => {
    await cool(tiers, owner);
    await expectPagesRight(count - 200);
    expect(await inRedis()).toMatchObject({ base: count - 200, length: 200 });
    await append(1);
    await expectPagesRight(count - 201);
  });

  it('can be used while PostgreSQL is away, down to that end', async () => {
    await store.touch(owner, id);
    // Unsaved, it stays in Redis.
    tiers.flusher.note = () => undefined;
    await append(1);
    const { base } = await inRedis();
    proxy.leadTo(await freePort());
    await append(10);
    expect(await seqsOf({ limit: 50, from: 'end' })).toEqual(seqs(count - 49, count));
    expect(await seqsOf({ limit: 20, from: { after: base } })).toEqual(seqs(base + 1, base + 20));
    for (const from of [{ after: 0 }, { after: base - 10 }, { before: base + 11 }] as const) {
      await rejectsWith(store.read(owner, id, { limit: 20, from }), 'store-unavailable');
    }
    proxy.leadTo(postgresPort);
    await until(() =>
      store.flush(owner).then(
        () => true,
        () => false,
      ),
    );
    await expectPagesRight(base);
  });
});
