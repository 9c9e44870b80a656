import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Caller } from '../auth/caller.js';
import { MemoryConversationStore } from '../store/memory/memory.store.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { ConversationsService } from './conversations.service.js';

const USER: Caller = { owner: { tenantId: 't', userId: 'u' }, isService: false };
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

describe('a read', () => {
  let now: number;
  let store: MemoryConversationStore;
  let service: ConversationsService;

  beforeEach(() => {
    now = START;
    store = new MemoryConversationStore({
      clock: () => now,
      maxBytes: 1_000_000,
      ttlMs: 86_400_000,
      maxMessagesPerConversation: 10,
      maxConversationsPerUser: 10,
      pageBytes: 1024 * 1024,
    });
    service = new ConversationsService(store);
  });

  it('counts as access, and then the answer says so', async () => {
    const { conversation } = await service.create(USER, {});
    now += HOUR;
    const range = { limit: 1, from: 'end' } as const;
    const page = await service.read(USER.owner, conversation.id, range);
    expect(page.conversation.lastAccessedAt).toEqual(new Date(now));
    expect(page.conversation.expiresAt).toEqual(new Date(now + 86_400_000));
    expect(page.conversation.version).toBe(1);
  });

  it('writes nothing within a minute of the last access', async () => {
    const { conversation } = await service.create(USER, {});
    now += 30_000;
    const range = { limit: 1, from: 'end' } as const;
    const page = await service.read(USER.owner, conversation.id, range);
    expect(page.conversation).toEqual(conversation);
  });

  it('shows what it read, and no newer version with older messages', async () => {
    const { conversation } = await service.create(USER, {});
    now += HOUR;
    const touch = store.touch.bind(store);
    store.touch = async (owner, id) => {
      const parts = [{ type: 'text', text: 'in between' }];
      await store.append(owner, id, [{ id: 'ID', role: 'user', parts }]);
      return touch(owner, id);
    };
    const range = { limit: 1, from: 'end' } as const;
    const page = await service.read(USER.owner, conversation.id, range);
    expect(page.messages).toEqual([]);
    expect(page.conversation).toMatchObject({ version: 1, messageCount: 0 });
    expect(page.conversation.lastAccessedAt).toEqual(new Date(now));
  });

  it('counts as no access when it comes from the archive', async () => {
    const { conversation } = await service.create(USER, {});
    now += HOUR;
    const read = store.read.bind(store);
    store.read = async (...args) => ({ ...(await read(...args)), source: 'archive' });
    const range = { limit: 1, from: 'end' } as const;
    const page = await service.read(USER.owner, conversation.id, range);
    expect(page).toMatchObject({ conversation, source: 'archive' });
    expect((await store.touch(USER.owner, conversation.id)).lastAccessedAt).toEqual(new Date(now));
  });

  it('answers although the store takes no writes', async () => {
    const { conversation } = await service.create(USER, {});
    now += HOUR;
    store.touch = () =>
      Promise.reject(new StoreUnavailableError('full', { mayHaveBeenApplied: false }));
    const range = { limit: 1, from: 'end' } as const;
    const page = await service.read(USER.owner, conversation.id, range);
    expect(page.conversation).toEqual(conversation);
  });
});

describe('a fork', () => {
  it('may have been made when its messages cannot be read', async () => {
    const store = new MemoryConversationStore({
      maxBytes: 1_000_000,
      ttlMs: 86_400_000,
      maxMessagesPerConversation: 10,
      maxConversationsPerUser: 10,
      pageBytes: 1024 * 1024,
    });
    const service = new ConversationsService(store);
    const messages = [{ role: 'user', parts: [] }] as const;
    const { conversation } = await service.create(USER, { messages });
    const outage = new StoreUnavailableError('Away.', { mayHaveBeenApplied: false });
    store.read = () => Promise.reject(outage);
    const forking = service.fork(USER.owner, { id: conversation.id, seq: 1 });
    await expect(forking).rejects.toMatchObject({ mayHaveBeenApplied: true });
    expect(await store.listIds(USER.owner)).toHaveLength(2);
  });
});
