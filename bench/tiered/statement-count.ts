import pg from 'pg';

/** Counts what clients of pg in this process send from now on, BEGIN and COMMIT included. */
export function countStatements(): { readonly count: number; stop(): void } {
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  const counter = { count: 0, stop: () => void (prototype.query = query) };
  prototype.query = function (this: unknown, ...args: unknown[]) {
    counter.count++;
    return query.apply(this, args);
  };
  return counter;
}
