import assert from 'node:assert/strict';
import type { ConversationStore, MessageRange, Owner } from 'conversation-store';
import { append, placeOf, seqsOf, withMessages } from './branch-workbench.js';
import { aTurn } from './turn-workbench.js';
import { anOwner, rejectsWith, type Workbench } from './workbench.js';

/** The messages of a conversation are a tree, and each page shows one branch of it. */
export function branchesContract(bench: Workbench): void {
  bench.describe('a branch', () => {
    bench.it('begins behind another message than the leaf', async (store, owner) => {
      const id = await withMessages(store, owner, 4);
      const edited = await append(store, owner, id, 2, { parentSeq: 2 });
      assert.deepEqual(edited.messages.map(placeOf), [
        [5, 2, [3, 5]],
        [6, undefined, undefined],
      ]);
      assert.equal(edited.conversation.messageCount, 6);
      assert.equal(edited.conversation.leafSeq, 6);
      const page = await store.read(owner, id, { limit: 10, from: 'end' });
      assert.deepEqual(page.messages.map(placeOf), [
        [1, undefined, undefined],
        [2, undefined, undefined],
        [5, 2, [3, 5]],
        [6, undefined, undefined],
      ]);
      assert.deepEqual([page.leafSeq, page.hasMore], [6, false]);
      const former = await store.read(owner, id, { limit: 10, from: 'end', branch: 4 });
      assert.deepEqual(former.messages.map(placeOf), [
        [1, undefined, undefined],
        [2, undefined, undefined],
        [3, undefined, [3, 5]],
        [4, undefined, undefined],
      ]);
      assert.deepEqual([former.leafSeq, former.conversation.leafSeq], [4, 6]);
    });

    bench.it('may begin before the first message', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      await append(store, owner, id, 1, { parentSeq: 0 });
      const { messages } = await store.read(owner, id, { limit: 10, from: 'end' });
      assert.deepEqual(messages.map(placeOf), [[3, 0, [1, 3]]]);
    });

    bench.it('is read page by page, in both directions', async (store, owner) => {
      // 1 2 3 | 2 ← 4 5 | 5 ← 8 9, and 1 ← 6 7 beside it.
      const id = await withMessages(store, owner, 3);
      await append(store, owner, id, 2, { parentSeq: 2 });
      await append(store, owner, id, 2, { parentSeq: 1 });
      await append(store, owner, id, 2, { parentSeq: 5 });
      const branch = 9;
      assert.deepEqual(await readBack(store, owner, id, branch, 2), [
        [8, 9],
        [4, 5],
        [1, 2],
      ]);
      assert.deepEqual(await readBack(store, owner, id, branch, 4), [
        [4, 5, 8, 9],
        [1, 2],
      ]);
      assert.deepEqual(await readOn(store, owner, id, branch, 3), [
        [1, 2, 4],
        [5, 8, 9],
      ]);
      assert.deepEqual(await readOn(store, owner, id, 7, 2), [[1, 6], [7]]);
      // 6 is no message of the branch: the page lies before the next one that is.
      assert.deepEqual(
        await seqsOf(store, owner, id, { limit: 2, from: { before: 6 }, branch }),
        [4, 5],
      );
      assert.deepEqual(
        await seqsOf(store, owner, id, { limit: 2, from: { after: 6 }, branch }),
        [8, 9],
      );
      assert.deepEqual(
        await seqsOf(store, owner, id, { limit: 100, from: 'end', branch: 'all' }),
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
    });

    bench.it('is refused that ends at no message', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const read = (branch: number) => store.read(owner, id, { limit: 1, from: 'end', branch });
      await rejectsWith(read(3), 'message-not-found');
      await assert.rejects(read(0), RangeError);
      await rejectsWith(append(store, owner, id, 1, { parentSeq: 3 }), 'message-not-found');
      await rejectsWith(append(store, owner, id, 1, { supersedes: 3 }), 'message-not-found');
      await rejectsWith(store.update(owner, id, { leafSeq: 3 }), 'message-not-found');
      await rejectsWith(store.update(owner, id, { leafSeq: 0 }), 'message-not-found');
      const { conversation } = await store.read(owner, id, { limit: 1, from: 'end' });
      assert.deepEqual([conversation.messageCount, conversation.version], [2, 1]);
    });

    bench.it(
      'becomes the active one by a patch, and stays where it is in lists',
      async (store, owner) => {
        const id = await withMessages(store, owner, 2);
        const appended = await append(store, owner, id, 1, { parentSeq: 1 });
        await bench.elapse(5);
        const switched = await store.update(owner, id, { leafSeq: 2 }, { expectedVersion: 2 });
        assert.deepEqual([switched.leafSeq, switched.version], [2, 3]);
        assert.deepEqual(switched.updatedAt, appended.conversation.updatedAt);
        assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 2]);
        const next = await append(store, owner, id, 1);
        assert.deepEqual(next.messages.map(placeOf), [[4, 2, undefined]]);
        assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 2, 4]);
        await bench.elapse(5);
        const titled = await store.update(owner, id, { leafSeq: 3, title: 'x' });
        assert.ok(titled.updatedAt > appended.conversation.updatedAt);
        assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 3]);
      },
    );

    bench.it('of a linear conversation may be cut short', async (store, owner) => {
      const id = await withMessages(store, owner, 3);
      await store.update(owner, id, { leafSeq: 1 });
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1]);
      await store.update(owner, id, { leafSeq: 3 });
      const page = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.deepEqual(
        page.messages.map(placeOf),
        [1, 2, 3].map((seq) => [seq, undefined, undefined]),
      );
    });

    bench.it('is repeated under an idempotency key with its own messages', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const idempotency = { key: 'branch', requestHash: 'a'.repeat(22) };
      const first = await append(store, owner, id, 2, { parentSeq: 1, idempotency });
      await store.update(owner, id, { leafSeq: 2 });
      const again = await append(store, owner, id, 2, { parentSeq: 1, idempotency });
      assert.deepEqual(again.messages, first.messages);
      assert.equal(again.replayed, true);
    });

    bench.it('takes the messages of two writers at once', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const writes = await Promise.all(
        Array.from({ length: 10 }, () => append(store, owner, id, 2, { parentSeq: 1 })),
      );
      const firsts = writes.map(({ messages }) => messages[0]?.seq ?? 0).sort((a, b) => a - b);
      assert.deepEqual(
        firsts,
        Array.from({ length: 10 }, (_, i) => 3 + 2 * i),
      );
      const [, message] = (await store.read(owner, id, { limit: 9, from: 'end' })).messages;
      assert.deepEqual(message?.siblings, [2, ...firsts]);
    });
  });

  bench.describe('a message that supersedes another', () => {
    bench.it('stands in its place, once', async (store, owner) => {
      const id = await withMessages(store, owner, 3);
      const { messages } = await append(store, owner, id, 1, { supersedes: 2 });
      assert.deepEqual(messages.map(placeOf), [[4, 1, undefined]]);
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 4]);
      await rejectsWith(append(store, owner, id, 1, { supersedes: 2 }), 'message-superseded');
      await append(store, owner, id, 1, { supersedes: 4 });
      await append(store, owner, id, 1, { parentSeq: 1 });
      const page = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.deepEqual(page.messages.map(placeOf), [
        [1, undefined, undefined],
        [6, 1, [5, 6]],
      ]);
    });
  });

  bench.it("another owner's branches are not found", async (store, owner) => {
    const id = await withMessages(store, owner, 2);
    const stranger = anOwner();
    const refused = 'conversation-not-found';
    await rejectsWith(append(store, stranger, id, 1, { parentSeq: 1 }), refused);
    await rejectsWith(store.update(stranger, id, { leafSeq: 1 }), refused);
    await rejectsWith(store.read(stranger, id, { limit: 1, from: 'end', branch: 9 }), refused);
    const turn = { ...aTurn(), input: { regenerate: 1 } };
    await rejectsWith(store.beginTurn(stranger, id, turn), refused);
  });
}

/** The seqs of every page, from the last one to the first. */
async function readBack(
  store: ConversationStore,
  owner: Owner,
  id: string,
  branch: number,
  limit: number,
): Promise<number[][]> {
  const pages: number[][] = [];
  let from: MessageRange['from'] = 'end';
  for (;;) {
    const { messages, hasMore } = await store.read(owner, id, { limit, from, branch });
    pages.push(messages.map(({ seq }) => seq));
    if (!hasMore) return pages;
    from = { before: messages[0]?.seq ?? 1 };
  }
}

/** The seqs of every page, from the first one to the last. */
async function readOn(
  store: ConversationStore,
  owner: Owner,
  id: string,
  branch: number,
  limit: number,
): Promise<number[][]> {
  const pages: number[][] = [];
  let after = 0;
  for (;;) {
    const { messages, hasMore } = await store.read(owner, id, { limit, from: { after }, branch });
    pages.push(messages.map(({ seq }) => seq));
    if (!hasMore) return pages;
    after = messages.at(-1)?.seq ?? 0;
  }
}
