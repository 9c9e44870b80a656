import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATION_STATUSES, type NewMessage, type Owner } from 'conversation-store';
import { OwnerKeys, type ConversationKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';

const KIB = 1024;
const EVERYTHING = { limit: 200, from: { after: 0 } } as const;
const LATEST = { limit: 200, from: 'end' } as const;

/** Bytes of each reply that the store got, by how it asked. */
interface Replies {
  readonly scripts: number[];
  readonly lists: number[];
}

describe('what passes through a script of Redis', () => {
  let owner: Owner;
  let id: string;
  let keys: ConversationKeys;
  let redis: Redis;
  let store: RedisConversationStore;

  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'u' };
    id = randomUUID();
    keys = new OwnerKeys('cs:', owner).conversation(id);
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore();
    await store.create(owner, { id, metadata: {}, messages: [] });
  });
  afterEach(async () => {
    await store.close();
    redis.disconnect();
  });

  /** From now on. */
  function countReplies(): Replies {
    const replies: Replies = { scripts: [], lists: [] };
    const connection = store['redis'];
    const read = connection.read.bind(connection);
    const readList = connection.readList.bind(connection);
    connection.read = async (...call) => {
      const reply = await read(...call);
      replies.scripts.push(bytesOf(reply));
      return reply;
    };
    connection.readList = async (...call) => {
      const reply = await readList(...call);
      replies.lists.push(bytesOf(reply));
      return reply;
    };
    return replies;
  }

  async function append(count: number, length: number): Promise<void> {
    for (let i = 0; i < count; i += 10) {
      await store.append(
        owner,
        id,
        Array.from({ length: Math.min(10, count - i) }, () => aMessage(length)),
      );
    }
  }

  async function largest(): Promise<string | undefined> {
    return (await redis.hget(keys.conversationKey, 'head'))?.split(' ')[7];
  }

  it('is a page of small messages, which takes no other command', async () => {
    await append(50, 4_000);
    const replies = countReplies();
    const { messages } = await store.read(owner, id, { limit: 50, from: 'end' });
    expect(messages).toHaveLength(50);
    expect([replies.scripts.length, replies.lists]).toEqual([1, []]);
  });

  it('is no page of large messages', async () => {
    await append(200, 60_000);
    const replies = countReplies();
    const { messages } = await store.read(owner, id, LATEST);
    expect(messages.at(-1)?.seq).toBe(200);
    expect(replies.scripts.every((bytes) => bytes < KIB)).toBe(true);
    expect(replies.lists.length).toBeGreaterThan(3);
    expect(replies.lists.every((bytes) => bytes < 400 * KIB)).toBe(true);
  });

  it('is no page with a large message among small ones, and takes few commands', async () => {
    await append(20, 10);
    await append(1, 60_000);
    await append(100, 10);
    await append(10, 60_000);
    for (const range of [EVERYTHING, LATEST]) {
      const replies = countReplies();
      const { messages } = await store.read(owner, id, range);
      expect(messages).toHaveLength(131);
      expect(replies.scripts.every((bytes) => bytes < KIB)).toBe(true);
      expect(replies.lists.length).toBeLessThan(20);
      expect(replies.lists.every((bytes) => bytes < 1_100 * KIB)).toBe(true);
    }
  });

  it('is no large state of an orchestrator on its way out', async () => {
    const state = 'x'.repeat(200 * KIB);
    await store.putState(owner, id, state, 0);
    const replies = countReplies();
    expect(await store.getState(owner, id)).toEqual({ value: state, version: 1 });
    expect(replies.scripts).toEqual([]);
  });

  it('is a part of a list whose conversations are large', async () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 16 }, (_, i) => [`key ${i}`, '語'.repeat(512)]),
    );
    const ids = Array.from({ length: 60 }, () => randomUUID());
    for (const each of ids) await store.create(owner, { id: each, metadata, messages: [] });
    const replies = countReplies();
    const page = await store.list(owner, { limit: 100, statuses: CONVERSATION_STATUSES });
    expect(page.conversations.length).toBeGreaterThan(30);
    expect(page.conversations.length).toBeLessThan(60);
    expect(page.next).toBeDefined();
    expect(replies.scripts.every((bytes) => bytes < 300 * KIB)).toBe(true);
  });

  it('is told by the size of the largest message, which every write maintains', async () => {
    expect(await largest()).toBe('0');
    const [small, larger] = [aMessage(10), aMessage(1_000)];
    await store.append(owner, id, [small]);
    expect(await largest()).toBe(String(await elementSize(0)));
    await store.append(owner, id, [aMessage(5), larger, aMessage(5)]);
    expect(await largest()).toBe(String(await elementSize(2)));
    await store.append(owner, id, [small]);
    await store.update(owner, id, { title: 'x' });
    expect(await largest()).toBe(String(await elementSize(2)));
    const turn = { id: randomUUID(), onConflict: 'reject', leaseMs: 60_000 } as const;
    await store.beginTurn(owner, id, { ...turn, input: { message: aMessage(2_000) } });
    expect(await largest()).toBe(String(await elementSize(5)));
    const ref = { owner, conversationId: id, turnId: turn.id };
    await store.endTurn(ref, { end: 'completed', replies: [aMessage(3_000)], events: [] });
    expect(await largest()).toBe(String(await elementSize(6)));
    const other = randomUUID();
    await store.create(owner, { id: other, metadata: {}, messages: [small, larger, small] });
    keys = new OwnerKeys('cs:', owner).conversation(other);
    expect(await largest()).toBe(String(await elementSize(1)));
  });

  async function elementSize(index: number): Promise<number> {
    return Buffer.byteLength((await redis.lindex(keys.messagesKey, index)) ?? '');
  }

  describe('when a conversation changes while its messages are fetched', () => {
    /** Before each command that fetches messages. */
    function meanwhile(change: () => Promise<unknown>): void {
      const connection = store['redis'];
      const readList = connection.readList.bind(connection);
      connection.readList = async (...call) => {
        await change();
        return readList(...call);
      };
    }

    it('shows the messages of the conversation that it read', async () => {
      await append(10, 60_000);
      meanwhile(() => store.append(owner, id, [aMessage(60_000)]));
      const { conversation, messages } = await store.read(owner, id, LATEST);
      expect(conversation.messageCount).toBe(10);
      expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('finds no conversation that was deleted', async () => {
      await append(10, 60_000);
      meanwhile(() => store.delete(owner, id).catch(() => undefined));
      await expect(store.read(owner, id, LATEST)).rejects.toMatchObject({
        code: 'conversation-not-found',
      });
    });

    it.each<[name: string, damage: () => Promise<unknown>]>([
      ['a part of its messages', () => redis.ltrim(keys.messagesKey, 0, 3)],
      ['all of its messages', () => redis.del(keys.messagesKey)],
    ])('reports a conversation that lost %s', async (_, damage) => {
      await append(10, 60_000);
      meanwhile(damage);
      await expect(store.read(owner, id, LATEST)).rejects.toMatchObject({
        code: 'conversation-damaged',
      });
    });
  });
});

function aMessage(length: number): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'x'.repeat(length) }] };
}

function bytesOf(reply: unknown): number {
  if (Array.isArray(reply)) return reply.reduce<number>((sum, part) => sum + bytesOf(part), 0);
  return typeof reply === 'string' ? Buffer.byteLength(reply) : 0;
}
