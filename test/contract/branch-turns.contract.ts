import assert from 'node:assert/strict';
import type { ConversationStore, NewMessage, NewTurn, Owner, TurnInput } from 'conversation-store';
import { append, placeOf, seqsOf, text, withMessages } from './branch-workbench.js';
import { aTurn, expectBegun, refOf } from './turn-workbench.js';
import { rejectsWith, texts, type Workbench } from './workbench.js';

const MAX_BRANCHES = 1_000;

/** A turn answers on a branch, and stays there. */
export function branchTurnsContract(bench: Workbench): void {
  bench.describe('a turn', () => {
    bench.it('may answer behind another message than the leaf', async (store, owner) => {
      const id = await withMessages(store, owner, 4);
      const { turn, messages } = await begin(store, owner, id, { message: text(), parentSeq: 2 });
      assert.equal(turn.userSeq, 5);
      assert.deepEqual(messages.map(placeOf), [[5, 2, [3, 5]]]);
      await end(store, owner, id, turn.id, texts('answer'));
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 2, 5, 6]);
    });

    bench.it('may answer a message again', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn, messages, conversation } = await begin(store, owner, id, { regenerate: 1 });
      assert.equal(turn.userSeq, 1);
      assert.deepEqual(
        messages.map(({ seq }) => seq),
        [1],
      );
      assert.deepEqual(
        [conversation.messageCount, conversation.leafSeq, conversation.version],
        [2, 1, 2],
      );
      const ended = await end(store, owner, id, turn.id, texts('another'));
      assert.deepEqual(ended.turn.replies, { seq: 3, count: 1 });
      assert.deepEqual(ended.messages.map(placeOf), [[3, 1, [2, 3]]]);
      assert.equal(ended.conversation.leafSeq, 3);
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 3]);
      await rejectsWith(begin(store, owner, id, { regenerate: 4 }), 'message-not-found');
      await rejectsWith(
        begin(store, owner, id, { message: text(), parentSeq: 9 }),
        'message-not-found',
      );
    });

    bench.it('that is called for again has the message that it answers', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const turn = { ...aTurn(), input: { regenerate: 1 } };
      const first = expectBegun(await store.beginTurn(owner, id, turn));
      const again = expectBegun(await store.beginTurn(owner, id, turn));
      assert.deepEqual(again, first);
    });

    bench.it('replies behind what was appended behind it', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn } = await begin(store, owner, id, { regenerate: 1 });
      await append(store, owner, id, 2);
      const ended = await end(store, owner, id, turn.id, texts('answer'));
      assert.deepEqual(ended.messages.map(placeOf), [[5, undefined, undefined]]);
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 3, 4, 5]);
    });

    bench.it('stays on its branch when another one becomes active', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn } = await begin(store, owner, id, { message: text() });
      await store.update(owner, id, { leafSeq: 1 });
      await append(store, owner, id, 1);
      const ended = await end(store, owner, id, turn.id, texts('answer'));
      assert.deepEqual(ended.messages.map(placeOf), [[5, 3, undefined]]);
      assert.equal(ended.conversation.leafSeq, 4);
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 4]);
      assert.deepEqual(
        await seqsOf(store, owner, id, { limit: 9, from: 'end', branch: 5 }),
        [1, 2, 3, 5],
      );
    });

    bench.it('does not begin without room for the branch of its reply', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      for (let i = 1; i < MAX_BRANCHES; i += 37) {
        const behind = Math.min(37, MAX_BRANCHES - i);
        await Promise.all(
          Array.from({ length: behind }, () => append(store, owner, id, 1, { parentSeq: 0 })),
        );
      }
      const message = text();
      await rejectsWith(begin(store, owner, id, { message, supersedes: 2 }), 'branches-full');
      await append(store, owner, id, 1, { parentSeq: 0 });
      await rejectsWith(begin(store, owner, id, { regenerate: 1 }), 'branches-full');
      const { turn } = await begin(store, owner, id, { regenerate: MAX_BRANCHES + 2 });
      await end(store, owner, id, turn.id, texts('answer'));
      const next = await begin(store, owner, id, { message });
      await end(store, owner, id, next.turn.id, texts('answer'));
    });

    bench.it('that has waited answers behind the leaf at its beginning', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn } = await begin(store, owner, id, { message: text() });
      const waiting = aTurn('later', 'enqueue');
      assert.equal((await store.beginTurn(owner, id, waiting)).outcome, 'queued');
      await end(store, owner, id, turn.id, texts('answer'));
      await store.update(owner, id, { leafSeq: 2 });
      const begun = expectBegun(await store.beginTurn(owner, id, waiting));
      assert.deepEqual(begun.messages.map(placeOf), [[5, 2, [3, 5]]]);
    });
  });

  bench.describe('a turn that goes on with a message', () => {
    bench.it('stores it anew, and the whole one at its end', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn, messages } = await begin(store, owner, id, {
        message: text('results'),
        supersedes: 2,
      });
      assert.equal(turn.userSeq, 3);
      assert.deepEqual(messages.map(placeOf), [[3, 1, undefined]]);
      await rejectsWith(
        begin(store, owner, id, { message: text(), supersedes: 2 }),
        'turn-conflict',
      );
      const [continuation] = texts('the whole') as [NewMessage];
      const ended = await end(store, owner, id, turn.id, texts('the rest'), continuation);
      assert.deepEqual(
        ended.messages.map(({ id: messageId }) => messageId),
        [continuation.id],
      );
      assert.deepEqual(ended.turn.replies, { seq: 4, count: 1 });
      const page = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.deepEqual(page.messages.map(placeOf), [
        [1, undefined, undefined],
        [4, 1, undefined],
      ]);
      await rejectsWith(
        begin(store, owner, id, { message: text(), supersedes: 2 }),
        'message-superseded',
      );
      assert.deepEqual(await end(store, owner, id, turn.id, [], continuation), ended);
    });

    bench.it('appends the rest alone when something follows it', async (store, owner) => {
      const id = await withMessages(store, owner, 2);
      const { turn } = await begin(store, owner, id, { message: text(), supersedes: 2 });
      await append(store, owner, id, 1);
      const replies = texts('the rest');
      const ended = await end(store, owner, id, turn.id, replies, text('the whole'));
      assert.deepEqual(
        ended.messages.map(({ id: messageId }) => messageId),
        replies.map(({ id }) => id),
      );
      assert.deepEqual(await seqsOf(store, owner, id, { limit: 9, from: 'end' }), [1, 3, 4, 5]);
    });
  });
}

async function begin(
  store: ConversationStore,
  owner: Owner,
  id: string,
  input: TurnInput,
): Promise<ReturnType<typeof expectBegun>> {
  const turn: NewTurn = { ...aTurn(), input };
  return expectBegun(await store.beginTurn(owner, id, turn));
}

function end(
  store: ConversationStore,
  owner: Owner,
  id: string,
  turnId: string,
  replies: readonly NewMessage[],
  continuation?: NewMessage,
): ReturnType<ConversationStore['endTurn']> {
  const ending = { end: 'completed', replies, events: [], continuation } as const;
  return store.endTurn(refOf(owner, id, turnId), ending);
}
