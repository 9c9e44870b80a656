import { setTimeout as delay } from 'node:timers/promises';

/** Runs work under a key one at a time, in the order in which it came. */
export class KeyedMutex {
  /** The end of the latest work of each key that has any. */
  private readonly tails = new Map<string, Promise<void>>();

  /**
   * Runs the work when the work before it has ended.
   * @throws what `giveUp` returns when that takes longer than `waitMs`
   */
  async run<T>(
    key: string,
    waitMs: number,
    giveUp: () => Error,
    work: () => Promise<T>,
  ): Promise<T> {
    const before = this.tails.get(key);
    let finish!: () => void;
    const tail = new Promise<void>((resolve) => (finish = resolve));
    this.tails.set(key, tail);
    const end = (): void => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
      finish();
    };
    if (before && !(await endsWithin(waitMs, before))) {
      // Those behind this one still wait for the work before it.
      void before.then(end);
      throw giveUp();
    }
    try {
      return await work();
    } finally {
      end();
    }
  }
}

async function endsWithin(ms: number, before: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const isLate = delay(ms, true, { signal: timer.signal }).catch(() => true);
  const hasEnded = await Promise.race([before.then(() => true), isLate.then(() => false)]);
  timer.abort();
  return hasEnded;
}
