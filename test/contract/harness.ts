import type { ConversationStore, StoreLimits } from 'conversation-store';

/** What the suite needs of a driver. Its owners are random, so stores may share their data. */
export interface StoreHarness {
  /** A store with these limits. The suite closes it. */
  open(limits: StoreLimits): Promise<ConversationStore>;
  /** Lets milliseconds pass on the store's clock: on a fake one, or by waiting. */
  elapse(milliseconds: number): Promise<void>;
}

/** `describe` and `it` of Jest, Vitest or node:test: the suite needs no more of a test runner. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, test: () => Promise<void>): unknown;
}
