/** A call that waits. */
export interface HeldCall {
  /** Resolves once the call waits. */
  readonly reached: Promise<void>;
  release(): void;
}

/**
 * Holds the next call of a method of this object, before it begins or when it has its answer. The calls behind
 * it pass.
 */
export function holdNext<T extends object>(
  target: T,
  name: keyof T & string,
  at: 'begin' | 'answer',
): HeldCall {
  const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
  const [reached, reach] = promise();
  const [released, release] = promise();
  Object.assign(target, {
    [name]: async (...args: unknown[]) => {
      Reflect.deleteProperty(target, name);
      const answer = at === 'answer' ? await method.apply(target, args) : undefined;
      reach();
      await released;
      return at === 'answer' ? answer : method.apply(target, args);
    },
  });
  return { reached, release };
}

function promise(): [promise: Promise<void>, resolve: () => void] {
  let resolve: () => void = () => undefined;
  return [new Promise((done) => (resolve = done)), resolve];
}
