import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATION_STATUSES, type NewFork, type Owner } from 'conversation-store';
import type { TieredConversationStore } from '../../src/store/tiered/tiered.store.js';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { holdNext } from '../support/hold-next.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { ENCRYPTING } from '../support/sealings.js';
import {
  cool,
  createTierPair,
  evictClean,
  openTieredParts,
  tieredOptions,
} from '../support/tiered-store.js';

/** So large that a conversation of ten comes into Redis in part. */
const LARGE = 'x'.repeat(60_000);

describe('a fork in front of PostgreSQL', () => {
  let store: TieredConversationStore;
  let tiers: Tiers;
  let redis: Redis;
  let owner: Owner;
  let id: string;

  beforeAll(async () => {
    const pair = await createTierPair('forks:');
    ({ store, tiers } = await openTieredParts(tieredOptions(pair, { sealing: ENCRYPTING })));
    redis = new Redis(sharedRedisPort());
  });
  afterAll(async () => {
    redis.disconnect();
    await store.close();
  });
  beforeEach(async () => {
    owner = anOwner();
    ({ id } = aConversation());
    const messages = texts(...Array<string>(8).fill(LARGE));
    await store.create(owner, { id, title: 't', metadata: { a: 'b' }, messages });
    await store.append(owner, id, texts('branch', 'and leaf'), { parentSeq: 3 });
  });

  function aFork(seq = 10): NewFork {
    return { id: randomUUID(), forkedFrom: { id, seq } };
  }

  async function field(name: string): Promise<string | null> {
    return redis.hget(tiers.keys.of(owner).conversationInTier(id).conversationKey, name);
  }

  /** The messages without what tells where they are. */
  async function messagesOf(of: string, branch?: number): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let after = 0; ;) {
      const range = { limit: 100, from: { after }, branch } as const;
      const page = await store.read(owner, of, range);
      for (const { id: messageId, role, parts, createdAt } of page.messages) {
        found.push({ id: messageId, role, parts, createdAt });
      }
      if (!page.hasMore) return found;
      after = page.messages.at(-1)?.seq ?? 0;
    }
  }

  it.each([10, 7])(
    'of a conversation that has left Redis has its messages, up to %d',
    async (seq) => {
      const messages = await messagesOf(id, seq);
      await cool(tiers, owner);
      expect(await field('head')).toBeNull();
      const fork = aFork(seq);
      const { conversation } = await store.fork(owner, fork);
      expect(Number(await field('base'))).toBeGreaterThan(3);
      expect(conversation).toMatchObject({ title: 't', metadata: { a: 'b' }, expiresAt: null });
      expect(conversation).toMatchObject({ ...fork, messageCount: messages.length, version: 1 });
      expect(await messagesOf(fork.id)).toEqual(messages);
    },
  );

  it('of a conversation that leaves Redis meanwhile begins again', async () => {
    await cool(tiers, owner);
    await store.touch(owner, id);
    await tiers.flusher.save(tiers.keys.partitionOf(owner), 10_000);
    const read = holdNext(tiers.record, 'readOlder', 'answer');
    const fork = aFork();
    const forking = store.fork(owner, fork);
    await read.reached;
    await evictClean(tiers, owner, (one) => one === id);
    read.release();
    expect((await forking).conversation.messageCount).toBe(5);
    expect(await messagesOf(fork.id)).toEqual(await messagesOf(id, 10));
  });

  it('is saved, leaves Redis and comes back as what it is', async () => {
    const fork = aFork();
    const { conversation } = await store.fork(owner, fork);
    const messages = await messagesOf(fork.id);
    await cool(tiers, owner);
    const { forkedFrom } = fork;
    const archived = await tiers.record.read(owner, fork.id, { limit: 1, from: 'end' });
    expect(archived.conversation.forkedFrom).toEqual(forkedFrom);
    const query = { limit: 9, statuses: CONVERSATION_STATUSES };
    const listed = async () => (await store.list(owner, query)).conversations;
    expect(new Set((await listed()).map((one) => one.forkedFrom))).toEqual(
      new Set([forkedFrom, undefined]),
    );
    const page = await store.read(owner, fork.id, { limit: 1, from: 'end' });
    expect(page.conversation).toEqual(conversation);
    expect(new Set((await listed()).map((one) => one.forkedFrom))).toEqual(
      new Set([forkedFrom, undefined]),
    );
    const appended = await store.append(owner, fork.id, texts('more'));
    expect(appended.conversation).toMatchObject({ forkedFrom, messageCount: 6, version: 2 });
    await cool(tiers, owner);
    expect(await messagesOf(fork.id)).toEqual([
      ...messages,
      expect.objectContaining({ id: appended.messages[0]?.id }),
    ]);
    expect((await store.update(owner, fork.id, { title: 'x' })).forkedFrom).toEqual(forkedFrom);
  });

  it('outlives its source', async () => {
    const fork = aFork();
    await store.fork(owner, fork);
    await store.delete(owner, id);
    await cool(tiers, owner);
    expect(await messagesOf(fork.id)).toHaveLength(5);
  });

  it('of what was deleted, or never was, is refused', async () => {
    await cool(tiers, owner);
    await store.delete(owner, id);
    const notFound = { code: 'conversation-not-found' };
    await expect(store.fork(owner, aFork())).rejects.toMatchObject(notFound);
    const nothing = { id: randomUUID(), forkedFrom: { id: randomUUID(), seq: 1 } };
    await expect(store.fork(owner, nothing)).rejects.toMatchObject(notFound);
    expect(await store.listIds(owner)).toEqual([]);
  });

  it('is replayed when it has left Redis, and its source is gone', async () => {
    const idempotency = { key: 'k', requestHash: 'a'.repeat(22) };
    const { conversation } = await store.fork(owner, aFork(), { idempotency });
    await cool(tiers, owner);
    await store.delete(owner, id);
    const again = await store.fork(owner, aFork(), { idempotency });
    expect(again).toEqual({ conversation, messages: [], replayed: true });
  });

  it('takes no id of a conversation that has left Redis', async () => {
    const other = aConversation();
    await store.create(owner, other);
    await cool(tiers, owner);
    await expect(
      store.fork(owner, { id: other.id, forkedFrom: { id, seq: 1 } }),
    ).rejects.toMatchObject({ code: 'conversation-exists' });
  });
});
