import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NewMessage, TurnBeginning, TurnConflictError } from 'conversation-store';
import {
  aShortTurn,
  aTurn,
  begin,
  created,
  end,
  EVERYTHING,
  expectBegun,
  SHORT_LEASE_MS,
  step,
  refOf,
} from './turn-workbench.js';
import { anOwner, rejectsWith, texts, type Workbench } from './workbench.js';

const SHORT_STEP = { ...step(), leaseMs: SHORT_LEASE_MS };
const CLAIM = { key: 'turn 1', requestHash: 'a'.repeat(22) } as const;

export function turnsContract(bench: Workbench): void {
  bench.describe('a turn', () => {
    bench.it('begins with its message, and ends with its replies', async (store, owner) => {
      const id = await created(store, owner);
      const [message] = texts('question') as [NewMessage];
      const turn = { ...aTurn(), input: { message } };
      const begun = expectBegun(await store.beginTurn(owner, id, turn));
      assert.deepEqual(begun.turn, {
        id: turn.id,
        conversationId: id,
        status: 'running',
        userSeq: 2,
      });
      assert.deepEqual(
        begun.messages.map((message) => [message.id, message.seq, message.parts]),
        [[message.id, 2, message.parts]],
      );
      assert.deepEqual([begun.conversation.messageCount, begun.conversation.version], [2, 2]);
      const replies = texts('answer', 'and more');
      const ended = await store.endTurn(refOf(owner, id, turn.id), {
        end: 'completed',
        replies,
        events: [],
      });
      assert.deepEqual(ended.turn, {
        ...begun.turn,
        status: 'completed',
        replies: { seq: 3, count: 2 },
      });
      assert.deepEqual([ended.conversation.messageCount, ended.conversation.version], [4, 3]);
      const { messages } = await store.read(owner, id, { limit: 9, from: { after: 2 } });
      assert.deepEqual(messages, ended.messages);
      assert.deepEqual(
        messages.map(({ id: replyId }) => replyId),
        replies.map((reply) => reply.id),
      );
    });

    bench.it('is begun once, however often it is called for', async (store, owner) => {
      const id = await created(store, owner);
      const turn = { ...aTurn(), idempotency: CLAIM };
      const first = expectBegun(await store.beginTurn(owner, id, turn));
      assert.deepEqual(await store.beginTurn(owner, id, turn), first);
      assert.equal(first.conversation.messageCount, 2);
    });

    bench.it('is ended once, however often it is called for', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const ending = { end: 'completed', replies: texts('answer'), events: [] } as const;
      const first = await store.endTurn(refOf(owner, id, turn.id), ending);
      const again = await store.endTurn(refOf(owner, id, turn.id), {
        ...ending,
        replies: texts('another'),
      });
      assert.deepEqual(again, first);
    });

    bench.it('changes nothing but its own end when nothing is said', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const ending = { end: 'failed', replies: [], events: [] } as const;
      const {
        turn: ended,
        conversation,
        messages,
      } = await store.endTurn(refOf(owner, id, turn.id), ending);
      assert.deepEqual([ended.status, ended.replies, messages], ['failed', undefined, []]);
      assert.deepEqual([conversation.messageCount, conversation.version], [2, 2]);
      await begin(store, owner, id);
    });

    bench.it(
      'may close its conversation, and ends in one that was closed',
      async (store, owner) => {
        const id = await created(store, owner);
        const first = await begin(store, owner, id);
        await store.update(owner, id, { status: 'archived' });
        const ending = { end: 'completed', replies: texts('answer'), events: [] } as const;
        const late = await store.endTurn(refOf(owner, id, first.id), ending);
        assert.deepEqual([late.conversation.status, late.messages.length], ['archived', 1]);
        await rejectsWith(store.beginTurn(owner, id, aTurn()), 'conversation-closed');
        await store.update(owner, id, { status: 'active' });
        const second = await begin(store, owner, id);
        await store.endTurn(refOf(owner, id, second.id), {
          ...ending,
          conversationStatus: 'completed',
        });
        const { conversations } = await store.list(owner, { limit: 9, statuses: ['completed'] });
        assert.deepEqual(
          conversations.map((conversation) => conversation.id),
          [id],
        );
      },
    );

    bench.it(
      'needs room for a reply',
      async (store, owner) => {
        const id = await created(store, owner);
        const turn = await begin(store, owner, id);
        const ending = { end: 'completed', replies: texts('a', 'b'), events: [] } as const;
        await rejectsWith(store.endTurn(refOf(owner, id, turn.id), ending), 'conversation-full');
        await store.endTurn(refOf(owner, id, turn.id), { ...ending, replies: [] });
        await rejectsWith(store.beginTurn(owner, id, aTurn()), 'conversation-full');
      },
      { maxMessagesPerConversation: 3 },
    );

    bench.it('is not begun in a conversation that there is not', async (store, owner) => {
      await rejectsWith(store.beginTurn(owner, randomUUID(), aTurn()), 'conversation-not-found');
      const id = await created(store, owner);
      await rejectsWith(store.beginTurn(anOwner(), id, aTurn()), 'conversation-not-found');
    });

    bench.it('goes with its conversation', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      await store.delete(owner, id);
      await rejectsWith(store.readTurn(owner, id, EVERYTHING), 'turn-not-found');
      await rejectsWith(store.advanceTurn(refOf(owner, id, turn.id), step()), 'turn-lost');
      const ending = { end: 'completed', replies: texts('late'), events: [] } as const;
      await rejectsWith(store.endTurn(refOf(owner, id, turn.id), ending), 'turn-lost');
      await rejectsWith(store.read(owner, id, { limit: 1, from: 'end' }), 'conversation-not-found');
    });

    bench.it('is nobody else’s to read, to cancel or to end', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const stranger = anOwner(owner.userId);
      await rejectsWith(store.readTurn(stranger, id, EVERYTHING), 'turn-not-found');
      const ending = { end: 'failed', replies: [], events: [] } as const;
      await rejectsWith(store.endTurn(refOf(stranger, id, turn.id), ending), 'turn-lost');
      await rejectsWith(store.cancelTurn(refOf(stranger, id, turn.id)), 'turn-not-found');
      const { cancelRequested } = await store.advanceTurn(refOf(owner, id, turn.id), step());
      assert.equal(cancelRequested, false);
    });
  });

  bench.describe('the lease of a turn', () => {
    bench.it('runs out unless it is renewed, and then nothing is written', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id, aShortTurn());
      await bench.elapse(SHORT_LEASE_MS * 0.6);
      await store.advanceTurn(refOf(owner, id, turn.id), SHORT_STEP);
      await bench.elapse(SHORT_LEASE_MS * 0.6);
      await store.putState(owner, id, 'in time', 0, { turnId: turn.id });
      await bench.elapse(SHORT_LEASE_MS * 0.6);
      assert.equal((await store.readTurn(owner, id, EVERYTHING)).turn.status, 'failed');
      const ending = { end: 'completed', replies: texts('late'), events: [] } as const;
      await rejectsWith(store.endTurn(refOf(owner, id, turn.id), ending), 'turn-lost');
      await rejectsWith(store.advanceTurn(refOf(owner, id, turn.id), SHORT_STEP), 'turn-lost');
      const options = { turnId: turn.id };
      await rejectsWith(store.putState(owner, id, 'late', 1, options), 'turn-lost');
      assert.equal((await store.getState(owner, id)).value, 'in time');
      const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.equal(messages.length, 2);
    });

    bench.it('that ran out does not begin the turn anew', async (store, owner) => {
      const id = await created(store, owner);
      const turn = aShortTurn();
      await store.beginTurn(owner, id, turn);
      await bench.elapse(SHORT_LEASE_MS * 1.1);
      await rejectsWith(store.beginTurn(owner, id, turn), 'turn-lost');
      const next = { ...aTurn(), idempotency: CLAIM };
      await store.beginTurn(owner, id, next);
      await rejectsWith(store.beginTurn(owner, id, turn), 'turn-lost');
      await store.endTurn(refOf(owner, id, next.id), {
        end: 'completed',
        replies: [],
        events: [],
        idempotency: CLAIM,
      });
      assert.equal((await store.beginTurn(owner, id, next)).outcome, 'replayed');
      const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.equal(messages.length, 3);
    });

    bench.it('frees the conversation, and keeps the late one out', async (store, owner) => {
      const id = await created(store, owner);
      const late = await begin(store, owner, id, aShortTurn());
      await bench.elapse(SHORT_LEASE_MS * 1.1);
      const next = await begin(store, owner, id);
      const ending = { end: 'completed', replies: texts('x'), events: [] } as const;
      await rejectsWith(store.endTurn(refOf(owner, id, late.id), ending), 'turn-lost');
      const { turn } = await store.readTurn(owner, id, { ...EVERYTHING, turnId: late.id });
      assert.equal(turn.status, 'failed');
      assert.equal(
        (await store.endTurn(refOf(owner, id, next.id), ending)).turn.status,
        'completed',
      );
    });
  });

  bench.describe('turns on one conversation', () => {
    bench.it('run one at a time: the others are rejected', async (store, owner) => {
      const id = await created(store, owner);
      const attempts = Array.from({ length: 20 }, () => store.beginTurn(owner, id, aTurn()));
      const outcomes = await Promise.allSettled(attempts);
      const begun = outcomes.filter(({ status }) => status === 'fulfilled');
      assert.equal(begun.length, 1);
      const { turn } = await store.readTurn(owner, id, EVERYTHING);
      const error = await rejectsWith<TurnConflictError>(
        store.beginTurn(owner, id, aTurn()),
        'turn-conflict',
      );
      assert.equal(error.runningTurnId, turn.id);
      const { messages } = await store.read(owner, id, { limit: 99, from: 'end' });
      assert.equal(messages.length, 2);
    });

    bench.it('are queued, first come, first served', async (store, owner) => {
      const id = await created(store, owner);
      let running = await begin(store, owner, id);
      const queue = ['first', 'second', 'third'].map((text) => aTurn(text, 'enqueue'));
      for (const turn of queue) {
        assert.deepEqual(await store.beginTurn(owner, id, turn), { outcome: 'queued' });
      }
      for (const [index, turn] of queue.entries()) {
        await end(store, owner, id, running);
        // A turn that comes now does not pass the queued ones.
        await rejectsWith(store.beginTurn(owner, id, aTurn('pushing in')), 'turn-conflict');
        for (const behind of queue.slice(index + 1)) {
          assert.equal((await store.beginTurn(owner, id, behind)).outcome, 'queued');
        }
        running = expectBegun(await store.beginTurn(owner, id, turn)).turn;
      }
    });

    bench.it('leave the queue when they are not called for', async (store, owner) => {
      const id = await created(store, owner);
      const running = await begin(store, owner, id, aShortTurn());
      const gone = aShortTurn('gone', 'enqueue');
      const cancelled = aShortTurn('cancelled', 'enqueue');
      for (const turn of [gone, cancelled]) await store.beginTurn(owner, id, turn);
      await store.cancelTurn(refOf(owner, id, cancelled.id));
      await bench.elapse(SHORT_LEASE_MS * 0.6);
      await store.advanceTurn(refOf(owner, id, running.id), SHORT_STEP);
      const last = aShortTurn('last', 'enqueue');
      await store.beginTurn(owner, id, last);
      await bench.elapse(SHORT_LEASE_MS * 0.6);
      await rejectsWith(store.cancelTurn(refOf(owner, id, gone.id)), 'turn-not-found');
      // Called for too late: it is queued anew, behind the other one.
      await store.beginTurn(owner, id, gone);
      await end(store, owner, id, running);
      assert.equal((await store.beginTurn(owner, id, gone)).outcome, 'queued');
      expectBegun(await store.beginTurn(owner, id, last));
    });

    bench.it('interrupt the one that runs, before those that are queued', async (store, owner) => {
      const id = await created(store, owner);
      const running = await begin(store, owner, id);
      const patient = aTurn('patient', 'enqueue');
      const urgent = aTurn('urgent', 'interrupt');
      await store.beginTurn(owner, id, patient);
      const before = await store.advanceTurn(refOf(owner, id, running.id), step());
      await store.beginTurn(owner, id, urgent);
      const after = await store.advanceTurn(refOf(owner, id, running.id), step());
      assert.deepEqual([before.cancelRequested, after.cancelRequested], [false, true]);
      await end(store, owner, id, running);
      assert.equal((await store.beginTurn(owner, id, patient)).outcome, 'queued');
      const { turn } = expectBegun(await store.beginTurn(owner, id, urgent));
      assert.equal(
        (await store.advanceTurn(refOf(owner, id, turn.id), step())).cancelRequested,
        false,
      );
    });

    bench.it('are cancelled on request, and not when they have ended', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      await store.cancelTurn(refOf(owner, id, turn.id));
      assert.equal(
        (await store.advanceTurn(refOf(owner, id, turn.id), step())).cancelRequested,
        true,
      );
      const partial = { end: 'cancelled', replies: texts('partial'), events: [] } as const;
      await store.endTurn(refOf(owner, id, turn.id), partial);
      await store.cancelTurn(refOf(owner, id, turn.id));
      assert.equal((await store.readTurn(owner, id, EVERYTHING)).turn.status, 'cancelled');
      await rejectsWith(store.cancelTurn(refOf(owner, id, randomUUID())), 'turn-not-found');
    });
  });

  bench.describe('a turn under an idempotency key', () => {
    bench.it('is begun once, and found again as it stands', async (store, owner) => {
      const id = await created(store, owner);
      const turn = { ...aTurn(), idempotency: CLAIM };
      const begun = expectBegun(await store.beginTurn(owner, id, turn));
      const again = (): Promise<TurnBeginning> =>
        store.beginTurn(owner, id, { ...aTurn('x', 'enqueue'), idempotency: CLAIM });
      assert.deepEqual(await again(), { outcome: 'replayed', turn: begun.turn });
      const { turn: ended } = await store.endTurn(refOf(owner, id, turn.id), {
        end: 'completed',
        replies: texts('answer'),
        events: [],
        idempotency: CLAIM,
      });
      assert.deepEqual(await again(), { outcome: 'replayed', turn: ended });
      // Also when another turn has begun since.
      await begin(store, owner, id);
      assert.deepEqual(await again(), { outcome: 'replayed', turn: ended });
      const { messages } = await store.read(owner, id, { limit: 9, from: 'end' });
      assert.equal(messages.length, 4);
    });

    bench.it('is no other request', async (store, owner) => {
      const id = await created(store, owner);
      await store.beginTurn(owner, id, { ...aTurn(), idempotency: CLAIM });
      const other = { ...CLAIM, requestHash: 'b'.repeat(22) };
      const attempt = store.beginTurn(owner, id, { ...aTurn(), idempotency: other });
      await rejectsWith(attempt, 'idempotency-mismatch');
      const append = store.append(owner, id, texts('x'), { idempotency: other });
      await rejectsWith(append, 'idempotency-mismatch');
    });

    bench.it('has failed when it was lost', async (store, owner) => {
      const id = await created(store, owner);
      await store.beginTurn(owner, id, { ...aShortTurn(), idempotency: CLAIM });
      await bench.elapse(SHORT_LEASE_MS * 1.1);
      await begin(store, owner, id);
      const again = await store.beginTurn(owner, id, { ...aTurn(), idempotency: CLAIM });
      assert.ok(again.outcome === 'replayed');
      assert.equal(again.turn.status, 'failed');
    });
  });
}
