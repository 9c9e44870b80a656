import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ConversationStore, MessagePage, MessageRange, Owner } from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { cool, createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';

const END: MessageRange = { limit: 100, from: 'end' };
/** So large that a conversation of ten comes into Redis in part. */
const LARGE = 'x'.repeat(60_000);

describe('the branches of a conversation that has left Redis', () => {
  let store: ConversationStore;
  let tiers: Tiers;
  let redis: Redis;
  let owner: Owner;
  let id: string;

  beforeAll(async () => {
    ({ store, tiers } = await openTieredParts(tieredOptions(await createTierPair('branches:'))));
    redis = new Redis(sharedRedisPort());
  });
  afterAll(async () => {
    redis.disconnect();
    await store.close();
  });
  beforeEach(async () => {
    owner = anOwner();
    ({ id } = aConversation());
    const messages = texts(...Array<string>(4).fill(LARGE));
    await store.create(owner, { id, metadata: {}, messages });
  });

  /** 1 2 3 4, 2 ← 5 6 7, 6 ← 8 9 10, 3 ← 11 12 */
  async function branch(): Promise<void> {
    for (const [parentSeq, count] of [
      [2, 3],
      [6, 3],
      [3, 2],
    ] as const) {
      await store.append(owner, id, texts(...Array<string>(count).fill(LARGE)), { parentSeq });
    }
  }

  async function pagesOf(): Promise<MessagePage[]> {
    const pages: MessagePage[] = [];
    for (const branch of [undefined, 4, 7, 10, 11, 'all'] as const) {
      for (const from of ['end', { before: 8 }, { after: 2 }] as const) {
        pages.push(await store.read(owner, id, { limit: 4, from, branch }));
      }
    }
    return pages;
  }

  async function seqsOf(range: Partial<MessageRange> = {}): Promise<number[]> {
    const { messages } = await store.read(owner, id, { ...END, ...range });
    return messages.map(({ seq }) => seq);
  }

  async function base(): Promise<number> {
    const { conversationKey } = tiers.keys.of(owner).conversationInTier(id);
    return Number(await redis.hget(conversationKey, 'base'));
  }

  it('come back with it, and with the part of its messages that comes', async () => {
    await branch();
    await store.update(owner, id, { leafSeq: 10 });
    const before = await pagesOf();
    await cool(tiers, owner);
    expect(await pagesOf()).toEqual(before);
    expect(await base()).toBeGreaterThan(5);
  });

  it('stay as Redis has them when PostgreSQL has others', async () => {
    await branch();
    await cool(tiers, owner);
    await store.update(owner, id, { leafSeq: 7 });
    await store.append(owner, id, texts('more'), { parentSeq: 2 });
    const { messages } = await store.read(owner, id, { ...END, branch: 6 });
    expect(messages.map(({ seq, siblings }) => [seq, siblings])).toEqual([
      [1, undefined],
      [2, undefined],
      [5, [3, 5, 13]],
      [6, undefined],
    ]);
    expect(await seqsOf()).toEqual([1, 2, 13]);
    await cool(tiers, owner);
    expect(await seqsOf()).toEqual([1, 2, 13]);
    expect(await seqsOf({ branch: 12 })).toEqual([1, 2, 3, 11, 12]);
  });

  it('are switched and saved', async () => {
    await cool(tiers, owner);
    await store.update(owner, id, { leafSeq: 2 });
    await cool(tiers, owner);
    expect(await seqsOf()).toEqual([1, 2]);
    await store.append(owner, id, texts('more'));
    await cool(tiers, owner);
    expect(await seqsOf()).toEqual([1, 2, 5]);
    expect(await seqsOf({ branch: 4 })).toEqual([1, 2, 3, 4]);
  });

  it('get the answer to a message that is not in Redis', async () => {
    await branch();
    await cool(tiers, owner);
    const turn = { id: randomUUID(), input: { regenerate: 1 }, leaseMs: 60_000 } as const;
    const begun = await store.beginTurn(owner, id, { ...turn, onConflict: 'reject' });
    expect(begun).toMatchObject({ messages: [{ seq: 1 }], conversation: { leafSeq: 1 } });
    expect(await base()).toBeGreaterThan(1);
    await store.endTurn(
      { owner, conversationId: id, turnId: turn.id },
      { end: 'completed', replies: texts('again'), events: [] },
    );
    expect(await seqsOf()).toEqual([1, 13]);
    await cool(tiers, owner);
    expect(await seqsOf()).toEqual([1, 13]);
  });
});
