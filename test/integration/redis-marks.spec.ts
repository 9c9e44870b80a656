import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { IdempotencyClaim, NewMessage, Owner } from 'conversation-store';
import { RedisKeys, type TierConversationKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { openRedisStore, sharedRedisPort } from '../support/redis-store.js';

const TTL_MS = 600_000;
const DAY_MS = 86_400_000;
/** Of a conversation that stays in Redis for a short time only. */
const SHORT_MS = 5_000;
const QUARANTINED = 9e15;
const NO_REVISION = 2_147_483_647;
const LIMITS = { ttlMs: TTL_MS, maxMessagesPerConversation: 5, maxConversationsPerUser: 3 };
const TURN_ID = randomUUID();

type Change = (conversation: { owner: Owner; id: string }) => Promise<unknown>;

describe('what a write marks in Redis', () => {
  const keys = new RedisKeys('cs:', { hasTier: true });
  let redis: Redis;
  let store: RedisConversationStore;
  let owner: Owner;
  let id: string;
  let inTier: TierConversationKeys;

  beforeAll(async () => {
    redis = new Redis(sharedRedisPort());
    store = await openRedisStore({ ...LIMITS, marks: true });
  });
  afterAll(async () => {
    await store.close();
    redis.disconnect();
  });
  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'ä:{b}*' };
    id = randomUUID();
    inTier = keys.of(owner).conversationInTier(id);
    await store.create(owner, { id, metadata: {}, messages: [message()] });
  });

  async function mark(): Promise<{ revision: number; score: number | null }> {
    const revision = Number(await redis.hget(inTier.conversationKey, 'revision'));
    const score = await redis.zscore(inTier.hotKey, inTier.conversationKey);
    return { revision, score: score === null ? null : Number(score) };
  }

  async function setScore(score: number): Promise<void> {
    await redis.zadd(inTier.hotKey, score, inTier.conversationKey);
  }

  /** As the conversation is once it was saved. */
  async function makeClean(): Promise<void> {
    const leavesAt = Date.now() + SHORT_MS;
    await setScore(-leavesAt);
    await redis.pexpireat(inTier.conversationKey, leavesAt);
    await redis.pexpireat(inTier.messagesKey, leavesAt);
    await redis.zadd(inTier.expiriesKey, leavesAt, id);
  }

  async function deadlines(): Promise<number[]> {
    const both = [inTier.conversationKey, inTier.messagesKey];
    return Promise.all(both.map(async (key) => Number(await redis.call('PEXPIRETIME', key))));
  }

  const turn = (): { owner: Owner; conversationId: string; turnId: string } => ({
    owner,
    conversationId: id,
    turnId: TURN_ID,
  });
  const beginTurn = (turnId = TURN_ID, claim?: IdempotencyClaim): Promise<unknown> =>
    store.beginTurn(owner, id, {
      id: turnId,
      input: { message: message() },
      leaseMs: 60_000,
      onConflict: 'reject',
      idempotency: claim,
    });
  const endTurn = (replies: NewMessage[], claim?: IdempotencyClaim): Promise<unknown> =>
    store.endTurn(turn(), { end: 'completed', replies, events: [], idempotency: claim });

  const none: Change = async () => undefined;
  const changes: [name: string, prepare: Change, change: Change][] = [
    ['an append', none, () => store.append(owner, id, [message()])],
    ['an update', none, () => store.update(owner, id, { title: 'x' })],
    ['an update of the status', none, () => store.update(owner, id, { status: 'archived' })],
    ['an access', none, () => store.touch(owner, id)],
    ['a state', none, () => store.putState(owner, id, { a: 1 }, 0)],
    ['the beginning of a turn', none, () => beginTurn()],
    ['the end of a turn', () => beginTurn(), () => endTurn([message()])],
    ['the end of a turn without a reply', () => beginTurn(), () => endTurn([])],
  ];

  describe.each(changes)('%s', (_, prepare, change) => {
    it('raises the revision and leaves the time of the first unsaved change', async () => {
      await prepare({ owner, id });
      const { revision } = await mark();
      await setScore(1_000);
      await change({ owner, id });
      expect(await mark()).toEqual({ revision: revision + 1, score: 1_000 });
    });

    it('makes a clean conversation dirty and gives its keys their long deadline again', async () => {
      await prepare({ owner, id });
      await makeClean();
      const before = Date.now();
      await change({ owner, id });
      const { score } = await mark();
      expect(score).toBeGreaterThanOrEqual(before - 1_000);
      expect(score).toBeLessThanOrEqual(Date.now() + 1_000);
      const { conversation } = await store.read(owner, id, { limit: 0, from: 'end' });
      const expiresAt = conversation.expiresAt?.getTime() ?? 0;
      expect(expiresAt).toBeGreaterThan(before + TTL_MS - 60_000);
      expect(await deadlines()).toEqual([expiresAt, expiresAt]);
      expect(Number(await redis.zscore(inTier.expiriesKey, id))).toBe(expiresAt);
    });

    it('leaves a quarantined conversation in quarantine', async () => {
      await prepare({ owner, id });
      await setScore(QUARANTINED);
      const { revision } = await mark();
      await change({ owner, id });
      expect(await mark()).toEqual({ revision: revision + 1, score: QUARANTINED });
    });
  });

  const claim: IdempotencyClaim = { key: 'a key', requestHash: 'a'.repeat(22) };
  const refused: [name: string, prepare: Change, change: Change][] = [
    [
      'an append to a closed conversation',
      () => store.update(owner, id, { status: 'completed' }),
      () => store.append(owner, id, [message()]),
    ],
    ['an append over the limit', none, () => store.append(owner, id, messages(5))],
    [
      'a repeated append',
      () => store.append(owner, id, [message()], { idempotency: claim }),
      () => store.append(owner, id, [message()], { idempotency: claim }),
    ],
    [
      'an update of another version',
      none,
      () => store.update(owner, id, { title: 'x' }, { expectedVersion: 9 }),
    ],
    ['a state of another version', none, () => store.putState(owner, id, 1, 9)],
    ['a state of no turn', none, () => store.putState(owner, id, 1, 0, { turnId: randomUUID() })],
    [
      'a create of the same id',
      none,
      () => store.create(owner, { id, metadata: {}, messages: [] }),
    ],
    ['a delete of another version', none, () => store.delete(owner, id, { expectedVersion: 9 })],
    ['a turn while another runs', () => beginTurn(), () => beginTurn(randomUUID())],
    ['a turn that waits', () => beginTurn(), () => enqueue()],
    ['a repeated beginning', () => beginTurn(), () => beginTurn()],
    ['an end of no turn', none, () => endTurn([])],
    ['an end over the limit', () => beginTurn(), () => endTurn(messages(5))],
    ['a repeated end', () => beginTurn().then(() => endTurn([])), () => endTurn([])],
  ];

  function enqueue(): Promise<unknown> {
    const waiting = { id: randomUUID(), input: { message: message() }, leaseMs: 60_000 };
    return store.beginTurn(owner, id, { ...waiting, onConflict: 'enqueue' });
  }

  it.each(refused)('is nothing of %s', async (_, prepare, change) => {
    await prepare({ owner, id });
    await makeClean();
    const before = await mark();
    await change({ owner, id }).catch(() => undefined);
    expect(await mark()).toEqual(before);
    expect(Math.max(...(await deadlines()))).toBeLessThanOrEqual(Date.now() + SHORT_MS);
  });

  it('is a new conversation: at revision 1, and never saved', async () => {
    const { revision, score } = await mark();
    expect(revision).toBe(1);
    expect(Math.abs(Date.now() - (score ?? 0))).toBeLessThan(60_000);
    expect(await redis.smembers(inTier.unsavedKey)).toEqual([id]);
  });

  it('is nothing without marks', async () => {
    const plain = await openRedisStore(LIMITS);
    const other = randomUUID();
    await plain.create(owner, { id: other, metadata: {}, messages: [message()] });
    await plain.append(owner, other, [message()], { idempotency: claim });
    await plain.delete(owner, other);
    await plain.close();
    const of = keys.of(owner).conversationInTier(other);
    expect(await redis.zscore(of.hotKey, of.conversationKey)).toBeNull();
    expect(await redis.exists(of.tombstoneKey, of.unsavedRecordsKey)).toBe(0);
    expect(await redis.smembers(of.unsavedKey)).toEqual([id]);
  });

  it('lets what it marks outlive the conversation', async () => {
    await store.append(owner, id, [message()], { idempotency: claim });
    expect(await redis.pttl(inTier.hotKey)).toBeGreaterThanOrEqual(TTL_MS - 60_000);
    expect(await redis.pttl(inTier.unsavedKey)).toBeGreaterThanOrEqual(TTL_MS - 60_000);
    const longer = await openRedisStore({ ...LIMITS, ttlMs: 40 * DAY_MS, marks: true });
    await longer.touch(owner, id);
    await longer.close();
    expect(await redis.pttl(inTier.hotKey)).toBeGreaterThanOrEqual(40 * DAY_MS - 60_000);
  });

  describe('an idempotency record', () => {
    it('waits under its key to be saved', async () => {
      await store.append(owner, id, [message()], { idempotency: claim });
      const record = await redis.get(keys.of(owner).record(claim.key));
      expect(await redis.hgetall(inTier.unsavedRecordsKey)).toEqual({ [claim.key]: record });
      expect(await redis.pttl(inTier.unsavedRecordsKey)).toBeGreaterThan(DAY_MS - 60_000);
    });

    it('waits as the end of its turn has left it', async () => {
      await beginTurn(TURN_ID, claim);
      await endTurn([message()], claim);
      const { [claim.key]: record } = await redis.hgetall(inTier.unsavedRecordsKey);
      expect(record).toContain(' completed ');
      expect(record).toBe(await redis.get(keys.of(owner).record(claim.key)));
    });

    it('waits for a new conversation, too', async () => {
      const other = randomUUID();
      const draft = { id: other, metadata: {}, messages: [] };
      await store.create(owner, draft, { idempotency: claim });
      const { unsavedRecordsKey } = keys.of(owner).conversationInTier(other);
      expect(Object.keys(await redis.hgetall(unsavedRecordsKey))).toEqual([claim.key]);
    });
  });

  describe('a delete', () => {
    it('leaves a tombstone that is above the conversation, and what is to be saved', async () => {
      await store.append(owner, id, [message()], { idempotency: claim });
      await redis.set(inTier.fillKey, 'a token', 'PX', 60_000);
      const { revision } = await mark();
      const record = await redis.get(keys.of(owner).record(claim.key));
      const tombstone = await store.deleteHot(owner, id);
      expect(tombstone).toMatchObject({
        revision: revision + 1,
        records: [{ key: claim.key, record }],
      });
      expect(await redis.get(inTier.tombstoneKey)).toBe(String(revision + 1));
      expect(await redis.pttl(inTier.tombstoneKey)).toBeGreaterThan(30 * DAY_MS - 60_000);
      const deletedAt = Number(await redis.zscore(inTier.deletedKey, inTier.conversationKey));
      expect(Math.abs(Date.now() - deletedAt)).toBeLessThan(60_000);
      expect(await redis.pttl(inTier.deletedKey)).toBeGreaterThan(30 * DAY_MS - 60_000);
      expect(await redis.zscore(inTier.hotKey, inTier.conversationKey)).toBeNull();
      const { fillKey, unsavedRecordsKey, unsavedKey } = inTier;
      expect(await redis.exists(fillKey, unsavedRecordsKey, unsavedKey)).toBe(0);
    });

    it('leaves one of an erase, too', async () => {
      expect(await store.erase(owner)).toBe(1);
      expect(await redis.get(inTier.tombstoneKey)).toBe('2');
    });

    it.each([
      ['its hash', () => redis.del(inTier.conversationKey)],
      ['its revision', () => redis.hdel(inTier.conversationKey, 'revision')],
    ])('leaves the highest tombstone of a conversation that lost %s', async (_, lose) => {
      await lose();
      const tombstone = await store.deleteHot(owner, id);
      expect(tombstone).toMatchObject({ revision: NO_REVISION, records: [] });
    });

    it('leaves none of a conversation that is not in Redis', async () => {
      const other = randomUUID();
      const of = keys.of(owner).conversationInTier(other);
      await expect(store.deleteHot(owner, other)).rejects.toMatchObject({
        code: 'conversation-not-found',
      });
      expect(await redis.zscore(of.deletedKey, of.conversationKey)).toBeNull();
      expect(await redis.exists(of.tombstoneKey)).toBe(0);
    });

    it('lets a new conversation of the same id begin above its tombstone', async () => {
      await store.delete(owner, id);
      await redis.set(inTier.fillKey, 'a token', 'PX', 60_000);
      await store.create(owner, { id, metadata: {}, messages: [] });
      expect((await mark()).revision).toBe(3);
      expect(await redis.get(inTier.tombstoneKey)).toBe('2');
      expect(await redis.exists(inTier.fillKey)).toBe(0);
    });
  });

  describe('a create', () => {
    it('begins at the revision that it is told', async () => {
      id = randomUUID();
      inTier = keys.of(owner).conversationInTier(id);
      await store.create(owner, { id, metadata: {}, messages: [] }, { firstRevision: 7 });
      expect((await mark()).revision).toBe(7);
    });

    it.each([
      ['those that the record has, and those never saved', { saved: 1, unsaved: 0 }, true],
      ['no more than these', { saved: 2, unsaved: 0 }, false],
      ['those that were unsaved when the others were counted', { saved: 1, unsaved: 2 }, false],
    ])('counts %s', async (_, counted, isCreated) => {
      // In Redis alone there would be room: the record has others.
      const create = (): Promise<unknown> =>
        store.create(owner, { id: randomUUID(), metadata: {}, messages: [] }, { counted });
      const created = await create().catch((error: unknown) => error);
      expect(created).toMatchObject(
        isCreated ? { replayed: false } : { code: 'too-many-conversations' },
      );
    });

    it('does not count one that was saved twice', async () => {
      await redis.srem(inTier.unsavedKey, id);
      for (let created = 0; created < 2; created++) {
        const draft = { id: randomUUID(), metadata: {}, messages: [] };
        await store.create(owner, draft, { counted: { saved: 1, unsaved: 0 } });
      }
      expect(await redis.scard(inTier.unsavedKey)).toBe(2);
    });
  });

  it('has a deadline, whatever was done', async () => {
    for (const [, prepare, change] of changes) {
      id = randomUUID();
      await store.erase(owner);
      await store.create(owner, { id, metadata: {}, messages: [] }, { idempotency: claimOf(id) });
      await prepare({ owner, id });
      await change({ owner, id });
    }
    await store.delete(owner, id);
    const found = [inTier.hotKey, inTier.deletedKey];
    for await (const batch of redis.scanStream({ match: `*:${owner.tenantId}:*`, count: 1000 })) {
      found.push(...(batch as string[]));
    }
    expect(found.length).toBeGreaterThan(5);
    const ttls = await Promise.all(found.map((key) => redis.pttl(key)));
    // -1 is a key without one; -2 is no key.
    expect(found.filter((_, i) => ttls[i] === -1)).toEqual([]);
  });
});

function claimOf(key: string): IdempotencyClaim {
  return { key, requestHash: 'a'.repeat(22) };
}

function messages(count: number): NewMessage[] {
  return Array.from({ length: count }, message);
}

function message(): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'Hi' }] };
}
