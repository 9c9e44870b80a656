import assert from 'node:assert/strict';
import type { IdempotencyClaim } from 'conversation-store';
import {
  aConversation,
  anOwner,
  listPages,
  rejectsWith,
  texts,
  type Workbench,
} from './workbench.js';

const CLAIM: IdempotencyClaim = { key: 'key: {*} 1', requestHash: 'a'.repeat(22) };
const OTHER_REQUEST: IdempotencyClaim = { ...CLAIM, requestHash: 'b'.repeat(22) };

export function idempotencyContract(bench: Workbench): void {
  bench.describe('an idempotency key', () => {
    bench.it('creates once, and answers the same again', async (store, owner) => {
      const draft = aConversation({ title: 'once', messages: texts('a', 'b') });
      const first = await store.create(owner, draft, { idempotency: CLAIM });
      const again = await store.create(owner, aConversation({ messages: texts('x') }), {
        idempotency: CLAIM,
      });
      assert.deepEqual(again, { ...first, replayed: true });
      assert.deepEqual(await listPages(store, owner), [[draft.id]]);
    });

    bench.it('creates once of ten at the same time', async (store, owner) => {
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () =>
          store.create(owner, aConversation(), { idempotency: CLAIM }),
        ),
      );
      assert.equal(new Set(outcomes.map(({ conversation }) => conversation.id)).size, 1);
      assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
    });

    bench.it('appends once, and answers the same messages again', async (store, owner) => {
      const draft = aConversation({ messages: texts('a') });
      await store.create(owner, draft);
      const first = await store.append(owner, draft.id, texts('b', 'c'), { idempotency: CLAIM });
      await store.append(owner, draft.id, texts('d'));
      const again = await store.append(owner, draft.id, texts('b', 'c'), { idempotency: CLAIM });
      assert.deepEqual(again.messages, first.messages);
      assert.deepEqual([first.replayed, again.replayed], [false, true]);
      assert.equal(again.conversation.messageCount, 4);
    });

    bench.it('answers again although the conversation takes no more', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const first = await store.append(owner, draft.id, texts('a'), { idempotency: CLAIM });
      await store.update(owner, draft.id, { status: 'completed' });
      const again = await store.append(owner, draft.id, texts('a'), { idempotency: CLAIM });
      assert.deepEqual(again.messages, first.messages);
    });

    bench.it('is not used up by a write that failed', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      await store.update(owner, draft.id, { status: 'completed' });
      const appending = store.append(owner, draft.id, texts('a'), { idempotency: CLAIM });
      await rejectsWith(appending, 'conversation-closed');
      await store.update(owner, draft.id, { status: 'active' });
      const { replayed } = await store.append(owner, draft.id, texts('a'), { idempotency: CLAIM });
      assert.equal(replayed, false);
    });

    bench.it('refuses another request', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft, { idempotency: CLAIM });
      const creating = store.create(owner, aConversation(), { idempotency: OTHER_REQUEST });
      await rejectsWith(creating, 'idempotency-mismatch');
      const appending = store.append(owner, draft.id, texts('a'), { idempotency: OTHER_REQUEST });
      await rejectsWith(appending, 'idempotency-mismatch');
    });

    bench.it('belongs to its owner', async (store, owner) => {
      await store.create(owner, aConversation(), { idempotency: CLAIM });
      const { replayed } = await store.create(anOwner(), aConversation(), { idempotency: CLAIM });
      assert.equal(replayed, false);
    });

    bench.it('cannot answer for a conversation that is gone', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft, { idempotency: CLAIM });
      await store.delete(owner, draft.id);
      await rejectsWith(
        store.create(owner, draft, { idempotency: CLAIM }),
        'conversation-not-found',
      );
    });
  });
}
