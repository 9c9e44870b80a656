import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import { MemoryConversationStore, type MemoryStoreOptions } from './memory.store.js';

const LIMITS = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 1_000,
  maxConversationsPerUser: 20_000,
  pageBytes: 1024 ** 2,
};
const MIB = 1024 ** 2;

function open(options: Partial<MemoryStoreOptions> = {}): {
  store: MemoryConversationStore;
  evicted: string[];
} {
  const evicted: string[] = [];
  const store = new MemoryConversationStore({
    ...LIMITS,
    maxBytes: 100_000,
    onEvict: ({ id }) => evicted.push(id),
    ...options,
  });
  return { store, evicted };
}

function message(length: number) {
  return {
    id: randomUUID(),
    role: 'user' as const,
    parts: [{ type: 'text', text: 'x'.repeat(length) }],
  };
}

async function create(
  store: MemoryConversationStore,
  owner: Owner,
  length: number,
): Promise<string> {
  const id = randomUUID();
  await store.create(owner, { id, metadata: {}, messages: [message(length)] });
  return id;
}

function anOwner(userId: string, tenantId = 't'): Owner {
  return { tenantId, userId };
}

describe('turns of many events in a store of 4 MiB', () => {
  const BATCH = 900;
  const DATA = 'x'.repeat(300);

  /** A turn of 9,900 events, which runs on. */
  async function turn(store: MemoryConversationStore, owner: Owner, id: string): Promise<string> {
    const turnId = randomUUID();
    const lease = { onConflict: 'reject', leaseMs: 600_000 } as const;
    await store.beginTurn(owner, id, { id: turnId, input: { message: message(1) }, ...lease });
    for (let seq = 1; seq <= 9_900; seq += BATCH) {
      const events = Array.from({ length: BATCH }, (_, i) => ({ seq: seq + i, data: DATA }));
      await store.advanceTurn({ owner, conversationId: id, turnId }, { leaseMs: 600_000, events });
    }
    return turnId;
  }

  it('takes no more than the 4 MiB: old events and conversations go', async () => {
    const { store } = open({ maxBytes: 4 * MIB });
    const owner = anOwner('u');
    const ids: string[] = [];
    for (let i = 0; i < 120; i++) {
      const id = await create(store, owner, 100);
      ids.push(id);
      await turn(store, owner, id);
    }
    let bytes = 0;
    for (const id of ids) {
      const page = await store
        .readTurn(owner, id, { after: 0, maxBytes: 9 * MIB })
        .catch(() => null);
      for (const { data } of page?.events ?? []) bytes += data.length;
    }
    expect(bytes).toBeGreaterThan(2 * MIB);
    expect(bytes).toBeLessThanOrEqual(4 * MIB);
    expect(store.bytes).toBeLessThanOrEqual(4 * MIB);
  });

  it('evicts nothing of another tenant', async () => {
    const { store, evicted } = open({ maxBytes: 4 * MIB });
    const calm = anOwner('calm', 'calm');
    const theirs = await create(store, calm, 100_000);
    const turns: [string, string][] = [];
    for (let i = 0; i < 12; i++) {
      const busy = anOwner(`u${i}`, 'busy');
      const id = await create(store, busy, 100);
      turns.push([id, await turn(store, busy, id)]);
    }
    expect((await store.read(calm, theirs, { limit: 1, from: 'end' })).messages).toHaveLength(1);
    expect(evicted).not.toContain(theirs);
  });

  it('drops the events of a conversation before its messages, the oldest first', async () => {
    const { store, evicted } = open({ maxBytes: 2 * MIB });
    const owner = anOwner('u');
    const id = await create(store, owner, 100);
    const turnId = await turn(store, owner, id);
    const query = { turnId, after: 0, maxBytes: 9 * MIB };
    const { events } = await store.readTurn(owner, id, query);
    expect(events.at(-1)?.seq).toBe(9_900);
    expect(events[0]?.seq).toBeGreaterThan(1_000);
    expect(evicted).toEqual([]);
  });
});

describe('a full store', () => {
  it('lets an owner that writes evict its own', async () => {
    const { store, evicted } = open();
    const [a, b] = [anOwner('a'), anOwner('b')];
    await create(store, b, 40_000);
    const first = await create(store, a, 25_000);
    const second = await create(store, a, 25_000);
    await create(store, a, 25_000);
    await create(store, a, 25_000);
    expect(evicted).toEqual([first, second]);
  });

  it('gives an owner that holds little its share, from the owner that holds the most', async () => {
    const { store, evicted } = open();
    const hog = anOwner('hog');
    const hogs = [];
    for (let i = 0; i < 4; i++) hogs.push(await create(store, hog, 20_000));
    const theirs = await create(store, anOwner('b'), 30_000);
    expect(evicted).toEqual(hogs.slice(0, 1));
    await store.read(anOwner('b'), theirs, { limit: 1, from: 'end' });
  });

  it('shares by tenant before it shares by owner', async () => {
    const { store, evicted } = open();
    const single = await create(store, anOwner('u', 'single'), 40_000);
    const many = [];
    for (let i = 0; i < 20; i++) many.push(await create(store, anOwner(`u${i}`, 'many'), 5_000));
    expect(evicted).not.toContain(single);
    expect(many).toEqual(expect.arrayContaining(evicted));
    expect(evicted.length).toBeGreaterThan(0);
  });

  it('prunes what has expired, of any owner, before it evicts', async () => {
    let now = Date.UTC(2026, 0, 1);
    const { store, evicted } = open({ clock: () => now });
    for (let i = 0; i < 20; i++) await create(store, anOwner(`u${i}`), 2_000);
    now += LIMITS.ttlMs + 1;
    const mine = await create(store, anOwner('u'), 90_000);
    expect(evicted).toEqual([]);
    expect(await store.listIds(anOwner('u'))).toEqual([mine]);
  });

  it('evicts a conversation over its share that is all its owner has, if others hold anything', async () => {
    const { store, evicted } = open();
    const others = await create(store, anOwner('a'), 10_000);
    const large = await create(store, anOwner('b'), 200_000);
    expect(evicted).toEqual([large]);
    await store.read(anOwner('a'), others, { limit: 1, from: 'end' });
  });
});

describe('idempotency records', () => {
  const claim = (key: string) => ({ idempotency: { key, requestHash: 'h'.repeat(22) } });

  it('count, and go before the conversation that was used last', async () => {
    const { store, evicted } = open();
    const owner = anOwner('u');
    const id = await create(store, owner, 1_000);
    for (let i = 0; i < 200; i++) await store.append(owner, id, [message(10)], claim(`key ${i}`));
    expect(store.bytes).toBeLessThanOrEqual(100_000);
    expect(evicted).toEqual([]);
    const last = await store.append(owner, id, [message(10)], claim('key 199'));
    expect(last.replayed).toBe(true);
    const first = await store.append(owner, id, [message(10)], claim('key 0'));
    expect(first.replayed).toBe(false);
  });

  it('of other owners stay when one owner writes many', async () => {
    const { store } = open();
    const [calm, busy] = [anOwner('calm'), anOwner('busy')];
    const theirs = { id: randomUUID(), metadata: {}, messages: [] };
    await store.create(calm, theirs, claim('key'));
    for (let i = 0; i < 500; i++) {
      await store.create(busy, { ...theirs, id: randomUUID() }, claim(`key ${i}`));
    }
    expect((await store.create(calm, theirs, claim('key'))).replayed).toBe(true);
  });

  it('go with an erase, also when they are all that is left', async () => {
    const { store } = open();
    const owner = anOwner('u');
    const draft = { id: randomUUID(), metadata: {}, messages: [] };
    await store.create(owner, draft, claim('key'));
    await store.delete(owner, draft.id);
    expect(store.bytes).toBeGreaterThan(0);
    expect(await store.erase(owner)).toBe(0);
    expect(store.bytes).toBe(0);
    await expect(store.read(owner, draft.id, { limit: 1, from: 'end' })).rejects.toThrow(
      ConversationNotFoundError,
    );
  });
});
