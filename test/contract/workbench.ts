import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationStore,
  type ListQuery,
  type NewConversation,
  type NewMessage,
  type Owner,
  type CodedError,
  type StoreLimits,
  type StoreLimitsWithTtl,
} from 'conversation-store';
import type { StoreHarness, TestRunner } from './harness.js';

/** What the limits of a test are unless the test says otherwise. */
export const GENEROUS: StoreLimitsWithTtl = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 10_000,
  maxConversationsPerUser: 10_000,
  pageBytes: 1024 * 1024,
};

/** Helpers for the tests of the contract. */
export class Workbench<Limits extends StoreLimits = StoreLimitsWithTtl> {
  constructor(
    private readonly runner: TestRunner,
    private readonly harness: StoreHarness<Limits>,
    private readonly limits: Limits,
  ) {}

  describe(name: string, define: () => void): void {
    this.runner.describe(name, define);
  }

  /** A test with a store and an owner of its own. */
  it(
    name: string,
    test: (store: ConversationStore, owner: Owner) => Promise<void>,
    limits: Partial<Limits> = {},
  ): void {
    this.runner.it(name, async () => {
      const store = await this.harness.open({ ...this.limits, ...limits });
      try {
        await test(store, anOwner());
      } finally {
        await store.close();
      }
    });
  }

  elapse(milliseconds: number): Promise<void> {
    return this.harness.elapse(milliseconds);
  }
}

export function anOwner(userId: string = randomUUID()): Owner {
  return { tenantId: `tenant-${randomUUID()}`, userId };
}

export function aConversation(draft: Partial<NewConversation> = {}): NewConversation {
  return { id: randomUUID(), metadata: {}, messages: [], ...draft };
}

export function texts(...contents: string[]): NewMessage[] {
  return contents.map((text) => ({
    id: randomUUID(),
    role: 'user',
    parts: [{ type: 'text', text }],
  }));
}

/** A text of so many bytes that a store which compresses does not make smaller. */
export function noise(length: number): string {
  return randomBytes(length).toString('base64').slice(0, length);
}

/** The ids of all pages, one list for each page, from the first page on. */
export async function listPages(
  store: ConversationStore,
  owner: Owner,
  { limit = 2, statuses = CONVERSATION_STATUSES }: Partial<ListQuery> = {},
): Promise<string[][]> {
  const pages: string[][] = [];
  let after: ListQuery['after'];
  do {
    const page = await store.list(owner, { limit, statuses, ...(after && { after }) });
    pages.push(page.conversations.map(({ id }) => id));
    after = page.next;
  } while (after);
  return pages;
}

/** The order of a list: by updatedAt and then id, both descending. */
export function inListOrder(conversations: readonly Conversation[]): string[] {
  return [...conversations]
    .sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime() || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

/** Asserts that the promise rejects with the port's error of this code, and returns it. */
export async function rejectsWith<E extends CodedError>(
  promise: Promise<unknown>,
  code: E['code'],
): Promise<E> {
  let error: unknown;
  await assert.rejects(promise, (thrown) => {
    error = thrown;
    return true;
  });
  assert.equal((error as CodedError).code, code, String(error));
  return error as E;
}
