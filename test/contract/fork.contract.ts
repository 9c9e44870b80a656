import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ConversationStore, Message, NewMessage, Owner } from 'conversation-store';
import {
  aConversation,
  anOwner,
  listPages,
  noise,
  rejectsWith,
  texts,
  type Workbench,
} from './workbench.js';

/** A copy of a conversation up to a message. */
export function forkContract(bench: Workbench): void {
  bench.describe('a fork', () => {
    bench.it(
      'has the messages of one branch, in a conversation of its own',
      async (store, owner) => {
        const id = await withBranches(store, owner);
        const forkedFrom = { id, seq: 5 };
        const { conversation, messages, replayed } = await store.fork(owner, {
          id: randomUUID(),
          forkedFrom,
        });
        assert.deepEqual([messages, replayed], [[], false]);
        const {
          id: forkId,
          title,
          metadata,
          messageCount,
          leafSeq,
          version,
          status,
        } = conversation;
        assert.deepEqual(
          {
            title,
            metadata,
            messageCount,
            leafSeq,
            version,
            status,
            forkedFrom: conversation.forkedFrom,
          },
          {
            title: 't',
            metadata: { a: 'b' },
            messageCount: 4,
            leafSeq: 4,
            version: 1,
            status: 'active',
            forkedFrom,
          },
        );
        assert.equal(conversation.externalId, undefined);
        const page = await store.read(owner, forkId, { limit: 9, from: 'end' });
        assert.deepEqual(page.conversation, conversation);
        const source = await store.read(owner, id, { limit: 9, from: 'end', branch: 5 });
        assert.deepEqual(
          page.messages,
          source.messages.map((message, i) => copied(message, i + 1)),
        );
        const pages = await listPages(store, owner, { limit: 10 });
        assert.deepEqual(pages.flat().sort(), [forkId, id].sort());
        const { conversations } = await store.list(owner, { limit: 10, statuses: ['active'] });
        const listed = new Map(conversations.map((one) => [one.id, one.forkedFrom]));
        assert.deepEqual([listed.get(forkId), listed.get(id)], [forkedFrom, undefined]);
      },
    );

    bench.it('goes its own way', async (store, owner) => {
      const id = await withBranches(store, owner);
      const { conversation } = await store.fork(owner, {
        id: randomUUID(),
        forkedFrom: { id, seq: 3 },
      });
      const changed = [
        (await store.append(owner, conversation.id, texts('more'))).conversation,
        await store.touch(owner, conversation.id),
        await store.update(owner, conversation.id, { title: 'x', status: 'completed' }),
      ];
      for (const { forkedFrom } of changed) assert.deepEqual(forkedFrom, { id, seq: 3 });
      await store.delete(owner, id);
      const page = await store.read(owner, conversation.id, { limit: 9, from: 'end' });
      assert.deepEqual(
        page.messages.map(({ seq }) => seq),
        [1, 2, 3, 4],
      );
      assert.deepEqual(page.conversation.forkedFrom, { id, seq: 3 });
      assert.equal((await listPages(store, owner)).flat().length, 1);
    });

    bench.it('of a closed conversation is open', async (store, owner) => {
      const id = await withBranches(store, owner);
      await store.update(owner, id, { status: 'archived' });
      const { conversation } = await store.fork(owner, {
        id: randomUUID(),
        forkedFrom: { id, seq: 1 },
      });
      assert.equal(conversation.status, 'active');
    });

    bench.it('may have many messages, large ones too', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      for (let i = 0; i < 11; i++) {
        await store.append(
          owner,
          draft.id,
          texts(...Array<string>(100).fill('x'.repeat(i === 7 ? 30_000 : 50))),
        );
      }
      const { id } = draft;
      const { conversation } = await store.fork(owner, {
        id: randomUUID(),
        forkedFrom: { id, seq: 1_001 },
      });
      assert.equal(conversation.messageCount, 1_001);
      const page = await store.read(owner, conversation.id, { limit: 3, from: 'end' });
      assert.deepEqual(
        page.messages.map(({ seq }) => seq),
        [999, 1_000, 1_001],
      );
      const large = await store.read(owner, conversation.id, { limit: 1, from: { after: 750 } });
      assert.equal((large.messages[0]?.parts[0]?.['text'] as string).length, 30_000);
    });

    bench.it('is made once under an idempotency key', async (store, owner) => {
      const id = await withBranches(store, owner);
      const idempotency = { key: 'fork', requestHash: 'a'.repeat(22) };
      const fork = () => ({ id: randomUUID(), forkedFrom: { id, seq: 2 } });
      const first = await store.fork(owner, fork(), { idempotency });
      await store.append(owner, first.conversation.id, texts('more'));
      const again = await store.fork(owner, fork(), { idempotency });
      assert.equal(again.replayed, true);
      assert.equal(again.conversation.id, first.conversation.id);
      assert.deepEqual(again.messages, []);
      const other = { key: 'fork', requestHash: 'b'.repeat(22) };
      await rejectsWith(store.fork(owner, fork(), { idempotency: other }), 'idempotency-mismatch');
      assert.equal((await listPages(store, owner)).flat().length, 2);
    });

    bench.it('of nothing is refused, and leaves nothing behind', async (store, owner) => {
      const id = await withBranches(store, owner);
      const fork = (of: string, seq: number, by = owner) =>
        store.fork(by, { id: randomUUID(), forkedFrom: { id: of, seq } });
      await rejectsWith(fork(id, 9), 'message-not-found');
      await rejectsWith(fork(id, 0), 'message-not-found');
      await rejectsWith(fork(randomUUID(), 1), 'conversation-not-found');
      await rejectsWith(fork(id, 1, anOwner()), 'conversation-not-found');
      await rejectsWith(
        store.fork(owner, { id, forkedFrom: { id, seq: 1 } }),
        'conversation-exists',
      );
      assert.deepEqual(await listPages(store, owner), [[id]]);
    });

    bench.it(
      'counts as a conversation',
      async (store, owner) => {
        const id = await withBranches(store, owner);
        await store.fork(owner, { id: randomUUID(), forkedFrom: { id, seq: 1 } });
        const third = store.fork(owner, { id: randomUUID(), forkedFrom: { id, seq: 1 } });
        await rejectsWith(third, 'too-many-conversations');
      },
      { maxConversationsPerUser: 2 },
    );

    bench.it(
      'counts towards the quota',
      async (store, owner) => {
        const draft = aConversation({ messages: texts(noise(6_000)) });
        await store.create(owner, draft);
        const { id } = draft;
        await rejectsWith(
          store.fork(owner, { id: randomUUID(), forkedFrom: { id, seq: 1 } }),
          'quota-exceeded',
        );
        assert.deepEqual(await listPages(store, owner), [[id]]);
      },
      { ownerQuotaBytes: 10_000 },
    );
  });
}

/** 1 2 3 | 2 ← 4 5: five messages, of which four lead to the last one. */
async function withBranches(store: ConversationStore, owner: Owner): Promise<string> {
  const draft = aConversation({
    title: 't',
    externalId: 'e',
    metadata: { a: 'b' },
    messages: texts('1', '2', '3'),
  });
  await store.create(owner, draft);
  const messages = texts('4', '5') as [NewMessage, NewMessage];
  await store.append(owner, draft.id, messages, { parentSeq: 2 });
  return draft.id;
}

/** The message without what it tells of branches. */
function copied({ id, role, parts, createdAt, metadata }: Message, seq: number): Message {
  return { id, seq, role, parts, createdAt, ...(metadata !== undefined && { metadata }) };
}
