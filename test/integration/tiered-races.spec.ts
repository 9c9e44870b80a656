import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  CONVERSATION_STATUSES,
  ConversationNotFoundError,
  type ConversationStore,
  type MessagePage,
  type Owner,
} from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, rejectsWith, texts } from '../contract/workbench.js';
import { holdNext, type HeldCall } from '../support/hold-next.js';
import { sharedRedisPort } from '../support/redis-store.js';
import { cool, createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';

/** Two processes. The steps of the first one are held, and the other one changes what it works on. */
let first: { store: ConversationStore; tiers: Tiers };
let second: typeof first;
let redis: Redis;

beforeAll(async () => {
  const pair = await createTierPair('tiered-races:');
  const open = async () => {
    const parts = await openTieredParts(tieredOptions(pair, { maxConversationsPerUser: 2 }));
    // Nothing is saved but when a test says so.
    parts.tiers.flusher.note = () => undefined;
    return parts;
  };
  [first, second] = [await open(), await open()];
  redis = new Redis(sharedRedisPort());
});

afterAll(async () => {
  redis.disconnect();
  await Promise.all([first.store.close(), second.store.close()]);
});

interface Target {
  readonly owner: Owner;
  readonly id: string;
}

/** A conversation with a message, in both tiers. */
async function aSavedOne(): Promise<Target> {
  const owner = anOwner();
  const draft = aConversation({ title: 'before', messages: texts('one') });
  await first.store.create(owner, draft);
  await first.store.flush(owner);
  return { owner, id: draft.id };
}

/** One that has a second message in Redis alone. */
async function anUnsavedOne(): Promise<Target> {
  const target = await aSavedOne();
  await first.store.append(target.owner, target.id, texts('two'));
  return target;
}

/** One that is in PostgreSQL alone. */
async function aColdOne(): Promise<Target> {
  const target = await aSavedOne();
  await cool(first.tiers, target.owner);
  return target;
}

const EVERYTHING = { limit: 100, from: { after: 0 } } as const;
const LIST = { limit: 10, statuses: CONVERSATION_STATUSES } as const;

function textsOf({ messages }: MessagePage): unknown[] {
  return messages.map(({ parts }) => (parts[0] as unknown as { text: string }).text);
}

/** Neither tier has it, nor will it come back. */
async function expectGone({ owner, id }: Target): Promise<void> {
  for (const { store, tiers } of [first, second]) {
    await expect(store.read(owner, id, EVERYTHING)).rejects.toThrow(ConversationNotFoundError);
    await cool(tiers, owner);
    await expect(store.read(owner, id, EVERYTHING)).rejects.toThrow(ConversationNotFoundError);
    expect(await store.listIds(owner)).toEqual([]);
    expect((await store.list(owner, LIST)).conversations).toEqual([]);
    await expect(tiers.record.read(owner, id, EVERYTHING)).rejects.toThrow(
      ConversationNotFoundError,
    );
  }
}

interface Change {
  readonly make: (target: Target) => Promise<unknown>;
  /** What has to be true afterwards, and for ever. `before` are the messages of the conversation before. */
  readonly expectKept: (target: Target, before: readonly string[]) => Promise<void>;
}

/** The same in Redis, and once it comes from PostgreSQL. */
async function expectEverywhere(
  { owner, id }: Target,
  check: (page: MessagePage) => void,
): Promise<void> {
  check(await second.store.read(owner, id, EVERYTHING));
  await cool(first.tiers, owner);
  check(await first.store.read(owner, id, EVERYTHING));
  check(await first.tiers.record.read(owner, id, EVERYTHING));
  expect((await first.store.list(owner, LIST)).conversations.map((one) => one.id)).toEqual([id]);
}

const CHANGES: Readonly<Record<string, Change>> = {
  delete: {
    make: ({ owner, id }) => second.store.delete(owner, id),
    expectKept: expectGone,
  },
  erase: {
    make: ({ owner }) => second.store.erase(owner),
    expectKept: expectGone,
  },
  update: {
    make: ({ owner, id }) => second.store.update(owner, id, { title: 'after' }),
    expectKept: (target, before) =>
      expectEverywhere(target, (page) => {
        expect(page.conversation.title).toBe('after');
        expect(textsOf(page)).toEqual(before);
      }),
  },
  append: {
    make: ({ owner, id }) => second.store.append(owner, id, texts('new')),
    expectKept: (target, before) =>
      expectEverywhere(target, (page) => {
        expect(page.conversation.messageCount).toBe(before.length + 1);
        expect(textsOf(page)).toEqual([...before, 'new']);
      }),
  },
};

const EACH = Object.entries(CHANGES);

/** Makes the change while what was begun waits, and lets that go on. */
async function during<T>(
  held: HeldCall,
  begun: Promise<T>,
  change: () => Promise<unknown>,
): Promise<PromiseSettledResult<T>> {
  // It may fail before anybody awaits it.
  const settled = Promise.allSettled([begun]);
  try {
    const passed = settled.then(() => {
      throw new Error('What was to be held has passed.');
    });
    await Promise.race([held.reached, passed]);
    await change();
  } finally {
    held.release();
  }
  return (await settled)[0];
}

describe.each([
  ['has listed what is unsaved', () => holdNext(first.tiers.tier.snapshots, 'take', 'begin')],
  ['has read a snapshot', () => holdNext(first.tiers.record, 'save', 'begin')],
  ['has saved, and not settled yet', () => holdNext(first.tiers.tier.hot, 'settleAll', 'begin')],
])('while a flush %s', (_, hold) => {
  it.each(EACH)('nothing is lost or comes back: %s', async (__, { make, expectKept }) => {
    const target = await anUnsavedOne();
    const held = hold();
    await during(held, first.store.flush(target.owner), () => make(target));
    await expectKept(target, ['one', 'two']);
  });

  it.each(EACH)('of a new one nothing is lost or comes back: %s', async (__, change) => {
    const owner = anOwner();
    const { id } = aConversation();
    await first.store.create(owner, aConversation({ id, messages: texts('one') }));
    const held = hold();
    await during(held, first.store.flush(owner), () => change.make({ owner, id }));
    await change.expectKept({ owner, id }, ['one']);
  });
});

describe('while a conversation comes into Redis', () => {
  it('an erase has the last word', async () => {
    const target = await aColdOne();
    const { owner, id } = target;
    const held = holdNext(first.tiers.record, 'load', 'answer');
    const reading = first.store.read(owner, id, EVERYTHING);
    const read = await during(held, reading, () => second.store.erase(owner));
    expect(read.status).toBe('rejected');
    await expectGone(target);
  });

  it('a delete waits, and has the last word', async () => {
    const target = await aColdOne();
    const { owner, id } = target;
    const held = holdNext(first.tiers.record, 'load', 'answer');
    const reading = first.store.read(owner, id, EVERYTHING);
    let deleting: Promise<unknown> | undefined;
    await during(held, reading, async () => {
      deleting = second.store.delete(owner, id);
    });
    await deleting;
    await expectGone(target);
  });

  it.each(EACH)(
    'nothing is lost or comes back when its reservation has run out: %s',
    async (_, { make, expectKept }) => {
      const target = await aColdOne();
      const { owner, id } = target;
      const held = holdNext(first.tiers.record, 'load', 'answer');
      const reading = first.store.read(owner, id, EVERYTHING);
      await during(held, reading, async () => {
        await redis.del(first.tiers.keys.of(owner).conversationInTier(id).fillKey);
        await make(target);
      });
      await expectKept(target, ['one']);
    },
  );

  it.each(EACH)(
    'it comes as it is by then, when it has left Redis again meanwhile: %s',
    async (_, { make, expectKept }) => {
      const target = await aColdOne();
      const { owner, id } = target;
      const held = holdNext(first.tiers.record, 'load', 'answer');
      const reading = first.store.read(owner, id, EVERYTHING);
      await during(held, reading, async () => {
        await redis.del(first.tiers.keys.of(owner).conversationInTier(id).fillKey);
        await make(target);
        await cool(second.tiers, owner);
      });
      await expectKept(target, ['one']);
    },
  );
});

describe.each([
  ['has read Redis', () => holdNext(first.tiers.hot, 'list', 'answer')],
  ['has read both tiers', () => holdNext(first.tiers.record, 'list', 'answer')],
])('while a list %s', (_, hold) => {
  describe.each([
    ['a saved one', aSavedOne],
    ['an unsaved one', anUnsavedOne],
    ['a cold one', aColdOne],
  ])('of %s', (__, make) => {
    it.each(EACH)('it is shown once, or has gone: %s', async (name, change) => {
      const target = await make();
      const before = textsOf(await second.tiers.record.read(target.owner, target.id, EVERYTHING));
      const texts = make === anUnsavedOne ? [...before, 'two'] : before;
      const held = hold();
      const listing = first.store.list(target.owner, LIST);
      const result = await during(held, listing, () => change.make(target));
      const page = result.status === 'fulfilled' ? result.value.conversations : [];
      const most = name === 'update' || name === 'append' ? [target.id] : expect.anything();
      expect(page.map(({ id }) => id)).toEqual(most);
      expect(page.length).toBeLessThan(2);
      await change.expectKept(target, texts as string[]);
    });
  });
});

describe('while PostgreSQL does not have the tombstone yet', () => {
  it.each([
    ['a saved one', aSavedOne],
    ['an unsaved one', anUnsavedOne],
    ['a cold one', aColdOne],
  ])('nobody finds %s', async (_, make) => {
    const target = await make();
    const { owner, id } = target;
    const held = holdNext(first.tiers.record, 'bury', 'begin');
    await during(held, first.store.delete(owner, id), async () => {
      await rejectsWith(second.store.read(owner, id, EVERYTHING), 'conversation-not-found');
      await cool(second.tiers, owner);
      await rejectsWith(second.store.read(owner, id, EVERYTHING), 'conversation-not-found');
      await rejectsWith(second.store.append(owner, id, texts('late')), 'conversation-not-found');
      expect((await second.store.list(owner, LIST)).conversations).toEqual([]);
      expect(await second.store.listIds(owner)).toEqual([]);
    });
    await expectGone(target);
  });

  it('an erase sees to it that PostgreSQL has it', async () => {
    const target = await aColdOne();
    const { owner, id } = target;
    const held = holdNext(first.tiers.record, 'bury', 'begin');
    await during(held, first.store.delete(owner, id), async () => {
      await second.store.erase(owner);
      await rejectsWith(second.tiers.record.read(owner, id, EVERYTHING), 'conversation-not-found');
    });
    await expectGone(target);
  });

  it('a new conversation of that id is saved as well', async () => {
    const target = await aSavedOne();
    const { owner, id } = target;
    const held = holdNext(first.tiers.record, 'bury', 'begin');
    await during(held, first.store.delete(owner, id), async () => {
      await second.store.create(owner, aConversation({ id, messages: texts('again') }));
      await cool(second.tiers, owner);
      expect(textsOf(await second.store.read(owner, id, EVERYTHING))).toEqual(['again']);
    });
    await expectEverywhere(target, (page) => expect(textsOf(page)).toEqual(['again']));
  });
});

it('a delete of another version leaves the turns of a conversation that Redis does not hold', async () => {
  const { owner, id } = await aSavedOne();
  const [message] = texts('question');
  const turn = { id: aConversation().id, onConflict: 'reject', leaseMs: 60_000 } as const;
  await first.store.beginTurn(owner, id, { ...turn, input: { message: message as never } });
  const ref = { owner, conversationId: id, turnId: turn.id };
  await first.store.endTurn(ref, { end: 'completed', replies: [], events: [] });
  await cool(first.tiers, owner);
  await rejectsWith(first.store.delete(owner, id, { expectedVersion: 99 }), 'version-conflict');
  const again = first.store.beginTurn(owner, id, { ...turn, input: { message: message as never } });
  await rejectsWith(again, 'turn-lost');
});

it('a conversation that is saved while a create counts is not overlooked', async () => {
  const { owner } = await aSavedOne();
  await first.store.create(owner, aConversation());
  const held = holdNext(first.tiers.record, 'conversationCount', 'answer');
  const third = first.store.create(owner, aConversation());
  await Promise.all([
    rejectsWith(third, 'too-many-conversations'),
    during(
      held,
      third.catch(() => undefined),
      () => second.store.flush(owner),
    ),
  ]);
  expect(await first.store.listIds(owner)).toHaveLength(2);
});
