import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { NewMessage, TooManyConversationsError } from 'conversation-store';
import { aConversation, anOwner, rejectsWith, texts, type Workbench } from './workbench.js';

/** Parts and keys that careless storage changes. */
const AWKWARD: NewMessage = {
  id: randomUUID(),
  role: 'tool',
  parts: [
    { type: 'text', text: 'Grüße, 世界 👋🏽 \u2028 "quotes" \\ / \n\t' },
    { type: 'text', text: 'with more', state: 'done' },
    { type: 'tool-call', input: { constructor: 'x', toString: 1, nested: [[], {}, null, 0.1] } },
  ],
  metadata: { hasOwnProperty: true, empty: '', list: [], deep: { a: { b: null } } },
};

export function createContract(bench: Workbench): void {
  bench.describe('create', () => {
    bench.it('gives a new conversation its version, times and deadline', async (store, owner) => {
      const draft = aConversation({ title: 'Hello', externalId: 'ext/1', metadata: { a: 'b' } });
      const { conversation, messages, replayed } = await store.create(owner, draft);
      const { createdAt, updatedAt, lastAccessedAt, expiresAt, ...rest } = conversation;
      assert.deepEqual(rest, {
        id: draft.id,
        ...owner,
        title: 'Hello',
        externalId: 'ext/1',
        status: 'active',
        metadata: { a: 'b' },
        messageCount: 0,
        leafSeq: 0,
        version: 1,
      });
      assert.deepEqual([updatedAt, lastAccessedAt], [createdAt, createdAt]);
      assert.deepEqual(expiresAt, new Date(createdAt.getTime() + 600_000));
      assert.deepEqual([messages, replayed], [[], false]);
    });

    bench.it('takes of another conversation only what a draft has', async (store, owner) => {
      const draft = aConversation({ title: 'Hello', messages: texts('a') });
      const { conversation } = await store.create(owner, draft);
      const other = anOwner();
      const copied = await store.create(other, { ...conversation, id: randomUUID(), messages: [] });
      const { tenantId, userId, title, messageCount, version } = copied.conversation;
      assert.deepEqual([tenantId, userId], [other.tenantId, other.userId]);
      assert.deepEqual([title, messageCount, version], ['Hello', 0, 1]);
    });

    bench.it('leaves out what was not given', async (store, owner) => {
      const { conversation } = await store.create(owner, aConversation());
      assert.deepEqual(conversation.metadata, {});
      assert.ok(!('title' in conversation) && !('externalId' in conversation));
    });

    bench.it('returns what a read returns', async (store, owner) => {
      const draft = aConversation({ metadata: { toString: 'x', constructor: '/' }, title: 'é"\\' });
      const created = await store.create(owner, { ...draft, messages: [AWKWARD, ...texts('b')] });
      const read = await store.read(owner, draft.id, { limit: 10, from: 'end' });
      assert.deepEqual(read.conversation, created.conversation);
      assert.deepEqual(read.messages, created.messages);
    });

    bench.it('numbers its messages from 1 and keeps them exactly', async (store, owner) => {
      const draft = aConversation({ messages: [...texts('first'), AWKWARD] });
      const { conversation, messages } = await store.create(owner, draft);
      assert.equal(conversation.messageCount, 2);
      assert.deepEqual(
        messages.map(({ createdAt, ...message }) => {
          assert.deepEqual(createdAt, conversation.createdAt);
          return message;
        }),
        draft.messages.map((message, i) => ({ ...message, seq: i + 1 })),
      );
    });

    bench.it(
      'keeps a message of 1 MiB, the most that MAX_MESSAGE_BYTES can be',
      async (store, owner) => {
        const draft = aConversation({ messages: texts('ü'.repeat(512 * 1024)) });
        await store.create(owner, draft);
        const { messages } = await store.read(owner, draft.id, { limit: 1, from: 'end' });
        assert.deepEqual(messages[0]?.parts, draft.messages[0]?.parts);
      },
    );

    bench.it(
      'refuses more conversations than a user may have',
      async (store, owner) => {
        await store.create(owner, aConversation());
        const first = aConversation();
        await store.create(owner, first);
        const error = await rejectsWith<TooManyConversationsError>(
          store.create(owner, aConversation()),
          'too-many-conversations',
        );
        assert.equal(error.limit, 2);
        await store.delete(owner, first.id);
        await store.create(owner, aConversation());
      },
      { maxConversationsPerUser: 2 },
    );

    bench.it(
      'refuses more messages than a conversation may hold',
      async (store, owner) => {
        const creating = store.create(owner, aConversation({ messages: texts('a', 'b', 'c') }));
        await rejectsWith(creating, 'conversation-full');
        assert.deepEqual(await store.listIds(owner), []);
        await store.create(owner, aConversation({ messages: texts('a', 'b') }));
      },
      { maxMessagesPerConversation: 2 },
    );

    bench.it('refuses an id that there is, and leaves what is there', async (store, owner) => {
      const draft = aConversation({ title: 'first', messages: texts('a', 'b') });
      const created = await store.create(owner, draft);
      const again = store.create(owner, { ...draft, title: 'second', messages: texts('c') });
      await rejectsWith(again, 'conversation-exists');
      const read = await store.read(owner, draft.id, { limit: 9, from: 'end' });
      assert.deepEqual(read.conversation, created.conversation);
      assert.deepEqual(read.messages, created.messages);
    });

    bench.it(
      'tells of an id that there is before it tells of a cap',
      async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft);
        await rejectsWith(store.create(owner, draft), 'conversation-exists');
      },
      { maxConversationsPerUser: 1 },
    );

    bench.it('takes 100 messages at most, and stores none of more', async (store, owner) => {
      const messages = texts(...Array.from({ length: 101 }, (_, i) => `${i}`));
      await assert.rejects(store.create(owner, aConversation({ messages })), RangeError);
      assert.deepEqual(await store.listIds(owner), []);
      await store.create(owner, aConversation({ messages: messages.slice(1) }));
    });

    bench.it('hands out copies', async (store, owner) => {
      const draft = aConversation({ metadata: { a: 'b' }, messages: texts('a') });
      const { conversation, messages } = await store.create(owner, draft);
      Object.assign(conversation.metadata, { a: 'changed' });
      Object.assign(messages[0]?.parts[0] ?? {}, { text: 'changed' });
      const read = await store.read(owner, draft.id, { limit: 1, from: 'end' });
      assert.deepEqual(read.conversation.metadata, { a: 'b' });
      assert.deepEqual(read.messages[0]?.parts, [{ type: 'text', text: 'a' }]);
    });
  });
}
