import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATION_STATUSES, type NewTurn, type Owner } from 'conversation-store';
import { OwnerKeys, type ConversationKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { setClock } from '../support/redis-clock.js';
import { RedisServer } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

const RANGE = { limit: 50, from: 'end' } as const;
const CLAIM = { key: 'k', requestHash: 'h' };
const WORDS = ' branch:3 10 - 1 2';
/** The last message of the active branch is in front of them. */
const HEAD_WORDS = ` 0${WORDS}`;
const HOUR_MS = 3_600_000;

/** An older process works beside a newer one, which writes more than the older one knows. */
describe('words and fields of a newer process', () => {
  let server: RedisServer;
  let redis: Redis;
  let store: RedisConversationStore;
  let owner: Owner;
  let id: string;
  let keys: ConversationKeys;

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.port);
    const node = { host: '127.0.0.1', port: server.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    store = await openRedisStore({ topology, ttlMs: 10 * HOUR_MS });
  });
  afterAll(async () => {
    await store.close();
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'u' };
    id = randomUUID();
    keys = new OwnerKeys('cs:', owner).conversation(id, CLAIM.key);
    await store.create(owner, { id, title: 't', metadata: {}, messages: [aMessage()] });
  });

  async function head(): Promise<string> {
    return (await redis.hget(keys.conversationKey, 'head')) ?? '';
  }

  /** Writes more words into the head, and fields that only the newer process knows. */
  async function writeMore(): Promise<void> {
    await redis.hset(keys.conversationKey, 'head', (await head()) + HEAD_WORDS, 'newer', 'field');
  }

  async function expectMore(): Promise<void> {
    expect(await head()).toMatch(
      /^(active|completed|archived) \d+ \d+( \d{13}){4} \d+ 0 branch:3 10 - 1 2$/,
    );
    expect(await redis.hget(keys.conversationKey, 'newer')).toBe('field');
  }

  function aTurn(onConflict: NewTurn['onConflict'] = 'enqueue'): NewTurn {
    return { id: randomUUID(), input: { message: aMessage() }, onConflict, leaseMs: 60_000 };
  }

  function refTo({ id: turnId }: NewTurn) {
    return { owner, conversationId: id, turnId };
  }

  it('stay in the head, whatever is written', async () => {
    await writeMore();
    const writes: [string, () => Promise<unknown>][] = [
      ['append', () => store.append(owner, id, [aMessage()])],
      ['update', () => store.update(owner, id, { title: 'x', metadata: { a: 'b' } })],
      ['touch', () => store.touch(owner, id)],
      ['putState', () => store.putState(owner, id, { step: 1 }, 0)],
      ['a turn', () => runTurn(aTurn())],
      ['a turn that closes it', () => runTurn(aTurn(), 'completed')],
      ['update of the status', () => store.update(owner, id, { status: 'archived' })],
    ];
    for (const [name, write] of writes) {
      await write();
      await expectMore().catch((cause: unknown) => {
        throw new Error(`${name} lost them`, { cause });
      });
    }
    const { conversation, messages } = await store.read(owner, id, RANGE);
    expect(conversation).toMatchObject({ title: 'x', status: 'archived', messageCount: 6 });
    expect(messages).toHaveLength(6);
    const listed = await store.list(owner, { limit: 9, statuses: CONVERSATION_STATUSES });
    expect(listed.conversations).toEqual([conversation]);
    expect(await store.getState(owner, id)).toEqual({ value: { step: 1 }, version: 1 });
    await expect(store.delete(owner, id, { expectedVersion: 1 })).rejects.toMatchObject({
      code: 'version-conflict',
    });
    await store.delete(owner, id, { expectedVersion: conversation.version });
    expect(await store.listIds(owner)).toEqual([]);
  });

  it('stay in the head when its deadline moves', async () => {
    await writeMore();
    const before = await store.read(owner, id, RANGE);
    await setClock(redis, owner, HOUR_MS);
    await expectMore();
    const { conversation } = await store.append(owner, id, [aMessage()]);
    expect(Number(conversation.expiresAt)).toBeGreaterThan(
      Number(before.conversation.expiresAt) - HOUR_MS,
    );
    await expectMore();
  });

  it('are words, and no digits that damage a deadline', async () => {
    await redis.hset(keys.conversationKey, 'head', `${sevenWords(await head())}x`);
    await expect(store.append(owner, id, [aMessage()])).rejects.toMatchObject({
      code: 'conversation-damaged',
    });
  });

  it('are not needed: a head of seven words is read, and stays one', async () => {
    await redis.hset(keys.conversationKey, 'head', sevenWords(await head()));
    await store.append(owner, id, [aMessage()]);
    await runTurn(aTurn());
    expect(await head()).toMatch(/^active 4 4( \d{13}){4}$/);
    const { conversation, messages } = await store.read(owner, id, RANGE);
    expect([conversation.messageCount, messages.map(({ seq }) => seq)]).toEqual([4, [1, 2, 3, 4]]);
  });

  it('stay in the hash of a turn, also when the next turn begins', async () => {
    const [first, second] = [aTurn(), aTurn()];
    await store.beginTurn(owner, id, first);
    await redis.hset(keys.turnKey, 'newer', 'field');
    const events = [{ seq: 1, data: 'x' }];
    await store.advanceTurn(refTo(first), { leaseMs: 60_000, events });
    await store.cancelTurn(refTo(first));
    await store.endTurn(refTo(first), { end: 'cancelled', replies: [aMessage()], events: [] });
    expect(await redis.hget(keys.turnKey, 'newer')).toBe('field');
    const { turn } = await store.readTurn(owner, id, { after: 0, maxBytes: 1_000 });
    expect(turn).toMatchObject({ id: first.id, status: 'cancelled', replies: { seq: 3 } });
    await store.beginTurn(owner, id, second);
    expect(await redis.hget(keys.previousTurnKey, 'newer')).toBe('field');
    expect(await redis.hexists(keys.turnKey, 'newer')).toBe(0);
    const page = await store.readTurn(owner, id, { turnId: first.id, after: 0, maxBytes: 1_000 });
    expect(page.events).toEqual(events);
  });

  it('stay in the entry of a turn that waits', async () => {
    const [running, queued] = [aTurn(), aTurn()];
    await store.beginTurn(owner, id, running);
    await store.beginTurn(owner, id, queued);
    const entry = (await redis.hget(keys.queueKey, queued.id)) ?? '';
    await redis.hset(keys.queueKey, queued.id, entry + WORDS);
    await store.beginTurn(owner, id, queued);
    expect(await redis.hget(keys.queueKey, queued.id)).toMatch(/^\d{13} \d+ branch:3 10 - 1 2$/);
    await store.endTurn(refTo(running), { end: 'completed', replies: [], events: [] });
    expect(await store.beginTurn(owner, id, queued)).toMatchObject({ outcome: 'begun' });
    expect(await redis.hexists(keys.queueKey, queued.id)).toBe(0);
  });

  it('stay in the idempotency record of an append', async () => {
    const options = { idempotency: CLAIM };
    const first = await store.append(owner, id, [aMessage()], options);
    await redis.append(recordKey(), WORDS);
    const again = await store.append(owner, id, [aMessage()], options);
    expect([again.replayed, again.messages]).toEqual([true, first.messages]);
    expect(await redis.get(recordKey())).toMatch(/ branch:3 10 - 1 2$/);
  });

  it('stay in the idempotency record of a turn', async () => {
    const turn = { ...aTurn(), idempotency: CLAIM };
    await store.beginTurn(owner, id, turn);
    await redis.append(recordKey(), WORDS);
    const replies = [aMessage(), aMessage()];
    const ending = { end: 'completed', replies, events: [], idempotency: CLAIM } as const;
    await store.endTurn(refTo(turn), ending);
    expect(await redis.get(recordKey())).toBe(`h ${id} 2 1 ${turn.id} completed 3 2${WORDS}`);
    const again = { ...aTurn(), idempotency: CLAIM };
    // The latest turn reads from its hash, and any other from the record.
    for (const next of [again, again]) {
      expect(await store.beginTurn(owner, id, next)).toMatchObject({
        outcome: 'replayed',
        turn: { id: turn.id, status: 'completed', replies: { seq: 3, count: 2 } },
      });
      await runTurn(aTurn());
    }
  });

  it('are none in what this process writes', async () => {
    await runTurn({ ...aTurn(), idempotency: CLAIM });
    expect(await head()).toMatch(/^active \d+ \d+( \d{13}){4} \d+$/);
    expect((await redis.get(recordKey()))?.split(' ')).toHaveLength(8);
  });

  function recordKey(): string {
    return keys.recordKey ?? '';
  }

  async function runTurn(turn: NewTurn, conversationStatus?: 'completed'): Promise<void> {
    expect(await store.beginTurn(owner, id, turn)).toMatchObject({ outcome: 'begun' });
    const { idempotency } = turn;
    await store.endTurn(refTo(turn), {
      end: 'completed',
      replies: [aMessage()],
      events: [],
      conversationStatus,
      idempotency,
    });
  }
});

/** The head as the first version wrote it. */
function sevenWords(head: string): string {
  return head.split(' ').slice(0, 7).join(' ');
}

function aMessage() {
  return { id: randomUUID(), role: 'user' as const, parts: [{ type: 'text', text: 'hi' }] };
}
