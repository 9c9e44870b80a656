import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MemoryConversationStore,
  type ConversationStore,
  type MessageRange,
  type NewMessage,
  type Owner,
  type StoreLimits,
} from 'conversation-store';
import { haveSameHiddenClass } from '../support/hidden-class.js';
import { openRedisStore, redisOptions } from '../support/redis-store.js';

/** Enough that V8 has settled on what it makes of them. */
const TIMES = 50;
const LAST: MessageRange = { limit: 1, from: 'end' };

const drivers: [string, () => Promise<ConversationStore>][] = [
  ['memory', async () => openMemoryStore(redisOptions())],
  [
    'memory without a time to live',
    async () => openMemoryStore({ ...redisOptions(), ttlMs: null }),
  ],
  ['redis', () => openRedisStore()],
];

function openMemoryStore(limits: StoreLimits): ConversationStore {
  return new MemoryConversationStore({ ...limits, maxBytes: 2 ** 26 });
}

describe.each(drivers)('what the %s store gives', (_, open) => {
  const owner: Owner = { tenantId: randomUUID(), userId: 'u' };
  let id: string;
  let store: ConversationStore;

  beforeEach(async () => {
    store = await open();
    id = randomUUID();
    await store.create(owner, { id, metadata: {}, messages: [newMessage()] });
  });
  afterEach(() => store.close());

  function newMessage(): NewMessage {
    return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'Hi' }] };
  }

  async function expectAlike<T extends object>(give: () => Promise<T>): Promise<void> {
    for (let i = 0; i < TIMES; i++) await give();
    expect(haveSameHiddenClass(await give(), await give())).toBe(true);
  }

  // Each hidden class is garbage for a full collection, and slows down all code that meets it.
  it('is made alike: the messages of an append', async () => {
    await expectAlike(async () => {
      const { messages } = await store.append(owner, id, [newMessage()]);
      return messages[0] as object;
    });
  });

  it('is made alike: the conversation of an append', async () => {
    await expectAlike(async () => (await store.append(owner, id, [newMessage()])).conversation);
  });

  it('is made alike: the messages of a read', async () => {
    await expectAlike(async () => (await store.read(owner, id, LAST)).messages[0] as object);
  });

  it('is made alike: the conversation of a read', async () => {
    await expectAlike(async () => (await store.read(owner, id, LAST)).conversation);
  });
});
