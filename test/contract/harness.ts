import type { ConversationStore, StoreLimits, StoreLimitsWithTtl } from 'conversation-store';

/**
 * What the suite needs of a driver. Its owners are random, so stores may share their data. A
 * `StoreHarness<StoreLimits>` also opens stores without a time to live.
 */
export interface StoreHarness<Limits extends StoreLimits = StoreLimitsWithTtl> {
  /** A store with these limits. The suite closes it. */
  // A property, because TypeScript would let a method refuse a `ttlMs` of null.
  readonly open: (limits: Limits) => Promise<ConversationStore>;
  /** Lets milliseconds pass on the store's clock: on a fake one, or by waiting. */
  elapse(milliseconds: number): Promise<void>;
}

/** `describe` and `it` of Jest, Vitest or node:test: the suite needs no more of a test runner. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}
