import { afterEach, expect, it, jest } from '@jest/globals';
import { storeOperations } from '../observation/operations.js';
import { MemoryConversationStore } from './memory/memory.store.js';
import { observeStore } from './observed-store.js';
import { MEMORY_STORE_DEFAULTS } from './store.defaults.js';

const OWNER = { tenantId: 'contoso', userId: 'alice' };
const observed: string[] = [];
const note = (step: string) => (context: object) => {
  const { driver, method } = context as { driver: string; method: string };
  observed.push(`${step} ${driver} ${method}`);
};
const subscribers = {
  start: note('start'),
  end: jest.fn(),
  asyncStart: jest.fn(),
  asyncEnd: note('asyncEnd'),
  error: note('error'),
};

afterEach(() => {
  storeOperations.channel.unsubscribe(subscribers);
  observed.length = 0;
});

it('does what the store does, and says so only to those who observe it', async () => {
  const store = observeStore(new MemoryConversationStore(MEMORY_STORE_DEFAULTS));
  const page = { limit: 1, from: 'end' } as const;
  await expect(store.read(OWNER, 'none', page)).rejects.toThrow('No such conversation');
  storeOperations.channel.subscribe(subscribers);
  await store.list(OWNER, { limit: 1, statuses: ['active'] } as never);
  await expect(store.read(OWNER, 'none', page)).rejects.toThrow('No such conversation');
  expect(observed).toEqual([
    'start memory list',
    'asyncEnd memory list',
    'start memory read',
    'error memory read',
    'asyncEnd memory read',
  ]);
  await store.close();
});
