import type { ConversationStore } from 'conversation-store';

/** Two stores of the same data as one: each call is the other one's. */
export function alternating(
  first: ConversationStore,
  second: ConversationStore,
): ConversationStore {
  let isSecond = false;
  return new Proxy(first, {
    get(target, name) {
      if (name === 'close') return () => Promise.all([first.close(), second.close()]);
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        isSecond = !isSecond;
        const store = isSecond ? second : first;
        return (Reflect.get(store, name, store) as typeof member).apply(store, args) as unknown;
      };
    },
  });
}
