import type { ConversationStore } from 'conversation-store';

/** A store whose calls go to one of several stores on the same data, each as often, and the same one in every run. */
export function mixedStore(stores: readonly ConversationStore[]): ConversationStore {
  const [first] = stores as [ConversationStore];
  let calls = 0;
  return new Proxy(first, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const call = (store: ConversationStore): unknown => {
          const method = Reflect.get(store, name, store) as (...args: unknown[]) => unknown;
          return Reflect.apply(method, store, args);
        };
        if (name === 'close') return Promise.all(stores.map(call));
        return call(stores[calls++ % stores.length] as ConversationStore);
      };
    },
  });
}
