import assert from 'node:assert/strict';
import type { ConversationStore, IdempotencyClaim, Owner } from 'conversation-store';
import { aTurn, expectBegun, refOf } from './turn-workbench.js';
import { aConversation, anOwner, noise, rejectsWith, texts, type Workbench } from './workbench.js';

const QUOTA = 100_000;
const LIMITS = { ownerQuotaBytes: QUOTA } as const;
const LARGE = noise(10_000);
const SHORT_TTL_MS = 1_000;

function aClaim(key: string): { idempotency: IdempotencyClaim } {
  return { idempotency: { key, requestHash: 'a'.repeat(22) } };
}

/** Appends until the quota is reached, and returns how many messages were stored. */
async function fill(store: ConversationStore, owner: Owner, id: string): Promise<number> {
  for (let count = 0; ; count++) {
    assert.ok(count <= 10, 'The quota refuses nothing.');
    try {
      await store.append(owner, id, texts(LARGE));
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'quota-exceeded', String(error));
      assert.equal((error as { limit?: number }).limit, QUOTA);
      return count;
    }
  }
}

/** An owner at its quota, with one conversation. */
async function full(store: ConversationStore, owner: Owner): Promise<string> {
  const draft = aConversation();
  await store.create(owner, draft);
  assert.ok((await fill(store, owner, draft.id)) >= 7);
  return draft.id;
}

export function quotaContract(bench: Workbench): void {
  bench.describe('the quota of an owner', () => {
    bench.it(
      'refuses every write that would add to it, and changes nothing',
      async (store, owner) => {
        const id = await full(store, owner);
        const before = await store.read(owner, id, { limit: 0, from: 'end' });
        const large = aConversation({ messages: texts(LARGE) });
        await rejectsWith(store.create(owner, large), 'quota-exceeded');
        await rejectsWith(store.putState(owner, id, LARGE, 0), 'quota-exceeded');
        await rejectsWith(store.beginTurn(owner, id, aTurn(LARGE)), 'quota-exceeded');
        const patch = { metadata: Object.fromEntries(Array.from({ length: 16 }, longLabel)) };
        for (let i = 0; i < 3; i++) await fillWith(store, owner, id, noise(3_000));
        await rejectsWith(store.update(owner, id, patch), 'quota-exceeded');
        assert.deepEqual(await store.listIds(owner), [id]);
        const after = await store.read(owner, id, { limit: 0, from: 'end' });
        assert.deepEqual(after.conversation.metadata, before.conversation.metadata);
        assert.equal((await store.getState(owner, id)).version, 0);
      },
      LIMITS,
    );

    bench.it(
      'is of one owner',
      async (store, owner) => {
        await full(store, owner);
        await full(store, anOwner(owner.userId));
      },
      LIMITS,
    );

    bench.it(
      'takes writes again after a delete',
      async (store, owner) => {
        const id = await full(store, owner);
        await store.delete(owner, id);
        await full(store, owner);
      },
      LIMITS,
    );

    bench.it(
      'takes writes that make something smaller',
      async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft);
        await store.putState(owner, draft.id, LARGE + LARGE, 0);
        const count = await fill(store, owner, draft.id);
        await store.putState(owner, draft.id, 'small', 1);
        assert.ok((await fill(store, owner, draft.id)) > 0, String(count));
        await store.update(owner, draft.id, { status: 'archived', title: null });
      },
      LIMITS,
    );

    bench.it(
      'takes writes again when something has expired',
      async (store, owner) => {
        const gone = await full(store, owner);
        await bench.elapse(2 * SHORT_TTL_MS);
        await rejectsWith(store.getState(owner, gone), 'conversation-not-found');
        const large = aConversation({ messages: texts(...Array<string>(7).fill(LARGE)) });
        await store.create(owner, large);
      },
      { ...LIMITS, ttlMs: SHORT_TTL_MS },
    );

    bench.it(
      'does not refuse the end of a turn',
      async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft);
        const { turn } = expectBegun(await store.beginTurn(owner, draft.id, aTurn()));
        await fill(store, owner, draft.id);
        const ending = { end: 'completed', replies: texts(LARGE), events: [] } as const;
        const { messages } = await store.endTurn(refOf(owner, draft.id, turn.id), ending);
        assert.equal(messages.length, 1);
        await rejectsWith(store.append(owner, draft.id, texts('')), 'quota-exceeded');
      },
      LIMITS,
    );

    bench.it(
      'counts idempotency records, which go with an erase',
      async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft, aClaim('create'));
        for (let i = 0; i < 130; i++) {
          await store.append(owner, draft.id, texts('a'), aClaim(`key ${i}`));
        }
        await store.delete(owner, draft.id);
        const creating = store.create(owner, aConversation(), aClaim('create'));
        await rejectsWith(creating, 'conversation-not-found');
        // Only records are left.
        const other = aConversation();
        await store.create(owner, other);
        assert.ok((await fill(store, owner, other.id)) < 9);

        assert.equal(await store.erase(owner), 1);
        const again = await store.create(owner, aConversation(), aClaim('create'));
        assert.equal(again.replayed, false);
        await full(store, owner);
      },
      LIMITS,
    );
  });
}

function longLabel(_: unknown, i: number): [string, string] {
  return [`label ${i}`, noise(512)];
}

/** Appends texts until one is refused. */
async function fillWith(
  store: ConversationStore,
  owner: Owner,
  id: string,
  text: string,
): Promise<void> {
  try {
    for (let i = 0; i < 10; i++) await store.append(owner, id, texts(text));
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'quota-exceeded', String(error));
  }
}
