import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConversationClosedError, ConversationFullError } from 'conversation-store';
import { aConversation, rejectsWith, texts, type Workbench } from './workbench.js';

export function appendContract(bench: Workbench): void {
  bench.describe('append', () => {
    bench.it('continues the numbers, in order, and makes a new version', async (store, owner) => {
      const draft = aConversation({ messages: texts('a') });
      const created = await store.create(owner, draft);
      await bench.elapse(5);
      const appended = await store.append(owner, draft.id, texts('b', 'c'));
      assert.deepEqual(
        appended.messages.map(({ seq, parts }) => [seq, parts[0]?.['text']]),
        [
          [2, 'b'],
          [3, 'c'],
        ],
      );
      const { conversation } = appended;
      assert.equal(conversation.version, 2);
      assert.equal(conversation.messageCount, 3);
      assert.ok(conversation.updatedAt > created.conversation.updatedAt);
      assert.deepEqual(conversation.createdAt, created.conversation.createdAt);
      const read = await store.read(owner, draft.id, { limit: 2, from: 'end' });
      assert.deepEqual(read.conversation, conversation);
      assert.deepEqual(read.messages, appended.messages);
    });

    bench.it('gives a message of another conversation a seq of its own', async (store, owner) => {
      const from = aConversation({ messages: texts('a', 'b', 'c') });
      const { messages } = await store.create(owner, from);
      await bench.elapse(5);
      const to = aConversation();
      await store.create(owner, to);
      const appended = await store.append(owner, to.id, messages.slice(2));
      const [message] = appended.messages;
      assert.equal(message?.seq, 1);
      assert.deepEqual(message.createdAt, appended.conversation.updatedAt);
      const read = await store.read(owner, to.id, { limit: 1, from: 'end' });
      assert.deepEqual(read.messages, appended.messages);
    });

    bench.it('loses and doubles nothing of 50 at once', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const names = Array.from({ length: 50 }, (_, i) => `message ${i}`);
      const outcomes = await Promise.all(
        names.map((name) => store.append(owner, draft.id, texts(name))),
      );
      const seqs = outcomes.map(({ messages }) => messages[0]?.seq ?? 0).sort((a, b) => a - b);
      assert.deepEqual(
        seqs,
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      const { messages, conversation } = await store.read(owner, draft.id, {
        limit: 100,
        from: 'end',
      });
      const stored = messages.map(({ parts }) => String(parts[0]?.['text']));
      assert.deepEqual(stored.sort(), names.sort());
      assert.equal(conversation.version, 51);
    });

    for (const status of ['completed', 'archived'] as const) {
      bench.it(`refuses messages to a conversation that is ${status}`, async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft);
        await store.update(owner, draft.id, { status });
        const appending = store.append(owner, draft.id, texts('a'));
        const error = await rejectsWith<ConversationClosedError>(appending, 'conversation-closed');
        assert.equal(error.status, status);
        await store.update(owner, draft.id, { status: 'active' });
        await store.append(owner, draft.id, texts('a'));
      });
    }

    bench.it(
      'appends all or none when the conversation is nearly full',
      async (store, owner) => {
        const draft = aConversation({ messages: texts('a', 'b') });
        await store.create(owner, draft);
        const appending = store.append(owner, draft.id, texts('c', 'd'));
        const error = await rejectsWith<ConversationFullError>(appending, 'conversation-full');
        assert.equal(error.limit, 3);
        const { conversation } = await store.append(owner, draft.id, texts('c'));
        assert.deepEqual([conversation.messageCount, conversation.version], [3, 2]);
      },
      { maxMessagesPerConversation: 3 },
    );

    bench.it('takes 1 to 100 messages', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const messages = texts(...Array.from({ length: 101 }, (_, i) => `${i}`));
      await assert.rejects(store.append(owner, draft.id, messages), RangeError);
      await assert.rejects(store.append(owner, draft.id, []), RangeError);
      const { conversation } = await store.read(owner, draft.id, { limit: 0, from: 'end' });
      assert.deepEqual([conversation.messageCount, conversation.version], [0, 1]);
    });

    bench.it('knows no conversation that never was', async (store, owner) => {
      const appending = store.append(owner, randomUUID(), texts('a'));
      await rejectsWith(appending, 'conversation-not-found');
    });
  });
}
