import { storeOperations } from '../observation/operations.js';
import type { ConversationStore } from './conversation-store.js';

type StoreMethod = Exclude<keyof ConversationStore, 'driver' | 'close'>;

/** Every method of the port, so that a new one cannot be forgotten. */
const METHODS: Readonly<Record<StoreMethod, true>> = {
  create: true,
  fork: true,
  read: true,
  append: true,
  update: true,
  delete: true,
  list: true,
  listIds: true,
  touch: true,
  getState: true,
  putState: true,
  erase: true,
  flush: true,
  ping: true,
  beginTurn: true,
  advanceTurn: true,
  endTurn: true,
  readTurn: true,
  cancelTurn: true,
};

type Call = (...args: unknown[]) => Promise<unknown>;

/** The same store, whose calls metrics and traces may observe. It still is an instance of the class of the store. */
export function observeStore(store: ConversationStore): ConversationStore {
  const { driver } = store;
  const observed = Object.create(store) as Record<string, unknown>;
  // A class with private members of JavaScript's own takes no other `this`.
  observed['close'] = () => store.close();
  for (const method of Object.keys(METHODS) as StoreMethod[]) {
    const operation = { driver, method };
    const call = (store[method] as Call).bind(store);
    observed[method] = (...args: unknown[]) =>
      storeOperations.isObserved
        ? storeOperations.run(operation, () => call(...args))
        : call(...args);
  }
  return observed as unknown as ConversationStore;
}
