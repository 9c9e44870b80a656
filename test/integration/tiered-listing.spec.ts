import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationStatus,
  type ConversationStore,
  type ListPosition,
  type Owner,
} from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, inListOrder } from '../contract/workbench.js';
import {
  cool,
  createTierPair,
  evictClean,
  openTieredParts,
  tieredOptions,
} from '../support/tiered-store.js';

const COUNT = 400;
const QUERIES: readonly (readonly ConversationStatus[])[] = [
  CONVERSATION_STATUSES,
  ...CONVERSATION_STATUSES.map((status) => [status]),
];

describe.each([
  ['with pages that end by their count', 1024 * 1024, 37],
  ['with pages that end by their bytes', 2_000, 100],
])('a list of conversations of which half are in Redis, %s', (_, pageBytes, limit) => {
  let store: ConversationStore;
  let tiers: Tiers;
  let owner: Owner;
  /** As they stand while nobody lists them. */
  let conversations: Conversation[];

  beforeAll(async () => {
    const pair = await createTierPair(`tiered-listing-${limit}:`);
    ({ store, tiers } = await openTieredParts(tieredOptions(pair, { pageBytes })));
    owner = anOwner();
    const created: Conversation[] = [];
    for (let start = 0; start < COUNT; start += 20) {
      const batch = Array.from({ length: 20 }, (__, i) => `${start + i}`.padEnd(50));
      const outcomes = await Promise.all(
        batch.map((title) => store.create(owner, aConversation({ title }))),
      );
      created.push(...outcomes.map(({ conversation }) => conversation));
    }
    conversations = await Promise.all(
      created.map(({ id }, i) =>
        i % 3 === 0
          ? store.read(owner, id, { limit: 0, from: 'end' }).then((page) => page.conversation)
          : store.update(owner, id, { status: CONVERSATION_STATUSES[i % 3] as 'active' }),
      ),
    );
    await cool(tiers, owner);
    await turnHot(created.filter((__, i) => i % 2 === 0).map(({ id }) => id));
  });
  afterAll(() => store.close());

  async function turnHot(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => store.read(owner, id, { limit: 0, from: 'end' })));
  }

  /** The ids of all pages. */
  async function listAll(
    statuses: readonly ConversationStatus[],
    between: () => Promise<unknown> = async () => undefined,
  ): Promise<string[]> {
    const ids: string[] = [];
    for (let after: ListPosition | undefined; ;) {
      const page = await store.list(owner, { limit, statuses, ...(after && { after }) });
      expect(page.conversations.length).toBeGreaterThan(0);
      ids.push(...page.conversations.map(({ id }) => id));
      after = page.next;
      if (!after) return ids;
      await between();
    }
  }

  it.each(QUERIES.map((statuses) => [statuses]))(
    'has each of %j once, in order',
    async (statuses) => {
      const expected = conversations.filter(({ status }) => statuses.includes(status));
      expect(await listAll(statuses)).toEqual(inListOrder(expected));
    },
  );

  it('has each of them once while they turn cold and hot, and others are updated', async () => {
    const ids = conversations.map(({ id }) => id);
    const updated = new Set(ids.filter((__, i) => i % 10 === 0));
    const resting = conversations.filter(({ id }) => !updated.has(id));
    let isListing = true;
    const move = async (work: (round: number) => Promise<unknown>): Promise<void> => {
      for (let round = 0; isListing; round++) {
        await work(round);
        await delay(1);
      }
    };
    let looked = 0;
    const moves = [
      // What was changed lately is not among them: it stays in Redis for longer than a list takes.
      move(() => evictClean(tiers, owner, (id) => !updated.has(id) && looked++ % 5 === 0)),
      move((round) => turnHot(ids.filter((__, i) => i % 40 === round % 40))),
      move(async (round) => {
        const id = [...updated][round % updated.size] as string;
        await store.update(owner, id, { title: `round ${round}` });
      }),
      move(() => store.flush(owner)),
    ];
    try {
      for (const statuses of QUERIES) {
        const listed = await listAll(statuses);
        const expected = resting.filter(({ status }) => statuses.includes(status));
        expect(listed.filter((id) => !updated.has(id))).toEqual(inListOrder(expected));
        expect(new Set(listed).size).toBe(listed.length);
      }
    } finally {
      isListing = false;
      await Promise.all(moves);
    }
    // Those that were updated are in front now.
    const { conversations: first } = await store.list(owner, {
      limit: 10,
      statuses: CONVERSATION_STATUSES,
    });
    expect(first.every(({ id }) => updated.has(id))).toBe(true);
    expect([...new Set(await listAll(CONVERSATION_STATUSES))].sort()).toEqual([...ids].sort());
  });
});
