import assert from 'node:assert/strict';
import { CONVERSATION_STATUSES, type StoreLimits } from 'conversation-store';
import { aTurn, expectBegun, refOf } from './turn-workbench.js';
import { aConversation, rejectsWith, texts, type Workbench } from './workbench.js';

const RANGE = { limit: 10, from: 'end' } as const;
const ALL = { limit: 100, statuses: CONVERSATION_STATUSES };
const CLAIM = { key: 'create', requestHash: 'a'.repeat(22) };

export function withoutTtlContract(bench: Workbench<StoreLimits>): void {
  bench.describe('without a time to live', () => {
    bench.it('no answer has a deadline', async (store, owner) => {
      const draft = aConversation({ messages: texts('a') });
      const { id } = draft;
      const created = await store.create(owner, draft);
      const appended = await store.append(owner, id, texts('b'));
      const begun = expectBegun(await store.beginTurn(owner, id, aTurn()));
      const ending = { end: 'completed', replies: texts('answer'), events: [] } as const;
      const ended = await store.endTurn(refOf(owner, id, begun.turn.id), ending);
      const updated = await store.update(owner, id, { title: 'x' });
      const touched = await store.touch(owner, id);
      const read = await store.read(owner, id, RANGE);
      const answers = [created, appended, begun, ended, read].map(
        ({ conversation }) => conversation,
      );
      const { conversations } = await store.list(owner, ALL);
      assert.equal(conversations.length, 1);
      for (const { expiresAt } of [...answers, updated, touched, ...conversations]) {
        assert.equal(expiresAt, null);
      }
    });

    bench.it(
      'a conversation exists until it is deleted',
      async (store, owner) => {
        const draft = aConversation({ messages: texts('a') });
        const created = await store.create(owner, draft, { idempotency: CLAIM });
        await store.putState(owner, draft.id, { step: 1 }, 0);
        await bench.elapse(2_100);
        const { messages, conversation } = await store.read(owner, draft.id, RANGE);
        assert.deepEqual(messages, created.messages);
        assert.deepEqual(await store.getState(owner, draft.id), { value: { step: 1 }, version: 1 });
        assert.deepEqual((await store.list(owner, ALL)).conversations, [conversation]);
        assert.deepEqual(await store.listIds(owner), [draft.id]);
        await rejectsWith(store.create(owner, aConversation()), 'too-many-conversations');
        const again = await store.create(owner, draft, { idempotency: CLAIM });
        assert.deepEqual([again.replayed, again.messages], [true, created.messages]);
        await store.delete(owner, draft.id);
        await rejectsWith(store.read(owner, draft.id, RANGE), 'conversation-not-found');
        await store.create(owner, aConversation());
      },
      { maxConversationsPerUser: 1 },
    );

    bench.it('a touch moves the access, and nothing else', async (store, owner) => {
      const draft = aConversation({ messages: texts('a') });
      const { conversation } = await store.create(owner, draft);
      await bench.elapse(20);
      const touched = await store.touch(owner, draft.id);
      assert.ok(touched.lastAccessedAt > conversation.lastAccessedAt);
      assert.deepEqual(touched, { ...conversation, lastAccessedAt: touched.lastAccessedAt });
      const { conversations } = await store.list(owner, ALL);
      assert.deepEqual(conversations, [touched]);
    });

    bench.it('an update and a working state move the access, too', async (store, owner) => {
      const draft = aConversation();
      const { conversation } = await store.create(owner, draft);
      await bench.elapse(20);
      const updated = await store.update(owner, draft.id, { title: 'x' });
      assert.ok(updated.lastAccessedAt > conversation.lastAccessedAt);
      await bench.elapse(20);
      await store.putState(owner, draft.id, 'state', 0);
      const read = await store.read(owner, draft.id, RANGE);
      assert.ok(read.conversation.lastAccessedAt > updated.lastAccessedAt);
    });

    // The minute itself is a rule of the domain, and too long to wait for.
    bench.it('an append and a read within a minute move no access', async (store, owner) => {
      const draft = aConversation();
      const { conversation } = await store.create(owner, draft);
      await bench.elapse(20);
      const appended = await store.append(owner, draft.id, texts('a'));
      assert.ok(appended.conversation.updatedAt > conversation.updatedAt);
      assert.deepEqual(appended.conversation.lastAccessedAt, conversation.lastAccessedAt);
      const read = await store.read(owner, draft.id, RANGE);
      assert.equal(read.accessDue, false);
      assert.deepEqual(read.conversation, appended.conversation);
    });
  });
}
