import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Conversation } from '../../domain/conversation.js';
import {
  ConversationExistsError,
  ConversationNotFoundError,
} from '../../domain/conversation.errors.js';
import { MemoryConversationStore } from './memory.store.js';

const OWNER = { tenantId: 't', userId: 'u' };
const LAST = { limit: 1, from: 'end' } as const;

describe('a memory store that is full', () => {
  function fill(): { store: MemoryConversationStore; evicted: Conversation[] } {
    const evicted: Conversation[] = [];
    const store = new MemoryConversationStore({
      maxBytes: 100_000,
      ttlMs: 600_000,
      maxMessagesPerConversation: 1_000,
      maxConversationsPerUser: 1_000,
      pageBytes: 1024 * 1024,
      onEvict: (conversation) => evicted.push(conversation),
    });
    return { store, evicted };
  }

  async function create(store: MemoryConversationStore, bytes: number): Promise<string> {
    const id = randomUUID();
    const parts = [{ type: 'text', text: 'x'.repeat(bytes) }];
    const messages = [{ id: randomUUID(), role: 'user' as const, parts }];
    await store.create(OWNER, { id, metadata: {}, messages });
    return id;
  }

  it('evicts the least recently used conversation, whole, and reports it', async () => {
    const { store, evicted } = fill();
    const [first, second] = [await create(store, 40_000), await create(store, 40_000)];
    await store.read(OWNER, first, LAST);
    const third = await create(store, 40_000);
    expect(evicted.map(({ id }) => id)).toEqual([second]);
    expect([...(await store.listIds(OWNER))].sort()).toEqual([first, third].sort());
    await expect(store.read(OWNER, second, LAST)).rejects.toThrow(ConversationNotFoundError);
  });

  it('counts the bytes of appended messages and of the working state', async () => {
    const { store, evicted } = fill();
    const [first, second] = [await create(store, 10_000), await create(store, 10_000)];
    const parts = [{ type: 'text', text: 'x'.repeat(50_000) }];
    await store.append(OWNER, second, [{ id: randomUUID(), role: 'user', parts }]);
    expect(evicted).toEqual([]);
    await store.putState(OWNER, second, 'x'.repeat(30_000), 0);
    expect(evicted.map(({ id }) => id)).toEqual([first]);
  });

  it('does not report a conversation that was deleted', async () => {
    const { store, evicted } = fill();
    await store.delete(OWNER, await create(store, 10_000));
    await create(store, 10_000);
    await store.erase(OWNER);
    expect(evicted).toEqual([]);
  });

  it('retains a single conversation over the bound', async () => {
    const { store } = fill();
    const id = await create(store, 200_000);
    expect((await store.read(OWNER, id, LAST)).messages).toHaveLength(1);
  });
});

describe('a clock that is set back by an hour', () => {
  it('reverses no order', async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = new MemoryConversationStore({
      maxBytes: 100_000,
      ttlMs: 600_000,
      maxMessagesPerConversation: 1_000,
      maxConversationsPerUser: 1_000,
      pageBytes: 1024 * 1024,
      clock: () => now,
    });
    const id = randomUUID();
    const message = { id: 'm', role: 'user' as const, parts: [{ type: 'text', text: 'x' }] };
    const created = await store.create(OWNER, { id, metadata: {}, messages: [message] });
    now -= 3_600_000;
    const { conversation, messages } = await store.append(OWNER, id, [message]);
    expect(messages[0]?.createdAt).toEqual(created.conversation.updatedAt);
    expect(conversation.updatedAt).toEqual(created.conversation.updatedAt);
    expect(conversation.expiresAt).toEqual(new Date(now + 600_000));
  });
});

describe('a memory store without a time to live', () => {
  it('forgets idempotency records after a day, and no conversation in a hundred years', async () => {
    let now = Date.UTC(2026, 0, 1);
    const store = new MemoryConversationStore({
      maxBytes: 100_000,
      ttlMs: null,
      maxMessagesPerConversation: 1_000,
      maxConversationsPerUser: 1_000,
      pageBytes: 1024 * 1024,
      clock: () => now,
    });
    const idempotency = { key: 'key', requestHash: 'hash' };
    const draft = { id: randomUUID(), metadata: {}, messages: [] };
    await store.create(OWNER, draft, { idempotency });
    const bytesOfBoth = store.bytes;
    now += 100 * 365 * 86_400_000;
    const touched = await store.touch(OWNER, draft.id);
    expect(touched).toMatchObject({ lastAccessedAt: new Date(now), expiresAt: null });
    expect(store.bytes).toBeLessThan(bytesOfBoth);
    const again = store.create(OWNER, draft, { idempotency });
    await expect(again).rejects.toThrow(ConversationExistsError);
  });
});
