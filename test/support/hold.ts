type Method = (...args: unknown[]) => Promise<unknown>;

/** A method that does not begin, as in a process that is stopped right before it. */
export interface HeldMethod {
  /** Resolves when somebody has called it. */
  readonly reached: Promise<void>;
  /** Lets it begin, and returns what the first call returns; undefined when there was none. */
  readonly release: () => Promise<unknown>;
}

/** Holds a method of one object. */
export function hold<T extends object>(target: T, name: keyof T & string): HeldMethod {
  const method = (target[name] as Method).bind(target);
  let reach = (): void => undefined;
  let release = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  let first: Promise<unknown> | undefined;
  const held: Method = (...args) => {
    reach();
    const call = released.then(() => method(...args));
    first ??= call;
    return call;
  };
  Object.assign(target, { [name]: held });
  return {
    reached,
    release: async () => {
      Object.assign(target, { [name]: method });
      release();
      return first;
    },
  };
}
