import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { aConversation, rejectsWith, texts, type Workbench } from './workbench.js';

const RANGE = { limit: 10, from: 'end' } as const;
const SHORT = { ttlMs: 2_000 };

export function accessContract(bench: Workbench): void {
  bench.describe('the time to live', () => {
    bench.it(
      'ends a conversation as if it had never been',
      async (store, owner) => {
        const draft = aConversation({ messages: texts('a') });
        await store.create(owner, draft);
        await bench.elapse(2_100);
        await rejectsWith(store.read(owner, draft.id, RANGE), 'conversation-not-found');
        await rejectsWith(store.append(owner, draft.id, texts('b')), 'conversation-not-found');
        await rejectsWith(store.update(owner, draft.id, { title: 'b' }), 'conversation-not-found');
        await rejectsWith(store.touch(owner, draft.id), 'conversation-not-found');
        await rejectsWith(store.getState(owner, draft.id), 'conversation-not-found');
        await rejectsWith(store.putState(owner, draft.id, 1, 0), 'conversation-not-found');
        await rejectsWith(store.delete(owner, draft.id), 'conversation-not-found');
      },
      SHORT,
    );

    bench.it(
      'starts anew with every write and touch, for the messages too',
      async (store, owner) => {
        const accesses = [
          (id: string) => store.append(owner, id, texts('b')),
          (id: string) => store.update(owner, id, { title: 'x' }),
          (id: string) => store.touch(owner, id),
          (id: string) => store.putState(owner, id, 'state', 0),
        ];
        const drafts = accesses.map(() => aConversation({ messages: texts('a') }));
        for (const draft of drafts) await store.create(owner, draft);
        await bench.elapse(1_200);
        for (const [i, { id }] of drafts.entries()) await accesses[i]?.(id);
        await bench.elapse(1_200);
        const reads = await Promise.all(drafts.map(({ id }) => store.read(owner, id, RANGE)));
        assert.deepEqual(
          reads.map(({ messages }) => messages.length),
          [2, 1, 1, 1],
        );
        assert.deepEqual(
          [...(await store.listIds(owner))].sort(),
          drafts.map(({ id }) => id).sort(),
        );
      },
      SHORT,
    );

    bench.it(
      'is due to be moved by a read once in a tenth of it, when it is shorter than ten minutes',
      async (store, owner) => {
        const draft = aConversation();
        await store.create(owner, draft);
        assert.equal((await store.read(owner, draft.id, RANGE)).accessDue, false);
        await bench.elapse(2_100);
        assert.equal((await store.read(owner, draft.id, RANGE)).accessDue, true);
        await store.touch(owner, draft.id);
        assert.equal((await store.read(owner, draft.id, RANGE)).accessDue, false);
      },
      { ttlMs: 20_000 },
    );

    bench.it(
      'is moved by appends once in a tenth of it, when it is shorter than ten minutes',
      async (store, owner) => {
        const draft = aConversation();
        const { conversation } = await store.create(owner, draft);
        await bench.elapse(10);
        const early = await store.append(owner, draft.id, texts('a'));
        assert.deepEqual(early.conversation.lastAccessedAt, conversation.lastAccessedAt);
        assert.deepEqual(early.conversation.expiresAt, conversation.expiresAt);
        await bench.elapse(2_100);
        const late = await store.append(owner, draft.id, texts('b'));
        assert.deepEqual(late.conversation.lastAccessedAt, late.conversation.updatedAt);
        const accessedAt = late.conversation.updatedAt.getTime();
        assert.deepEqual(late.conversation.expiresAt, new Date(accessedAt + 20_000));
      },
      { ttlMs: 20_000 },
    );

    bench.it(
      'makes room for another conversation of the user',
      async (store, owner) => {
        await store.create(owner, aConversation());
        await bench.elapse(2_100);
        await store.create(owner, aConversation());
      },
      { ...SHORT, maxConversationsPerUser: 1 },
    );
  });

  bench.describe('touch', () => {
    bench.it('moves the access and the deadline, and nothing else', async (store, owner) => {
      const draft = aConversation({ title: 'x', messages: texts('a') });
      const { conversation } = await store.create(owner, draft);
      await bench.elapse(20);
      const touched = await store.touch(owner, draft.id);
      assert.ok(touched.lastAccessedAt > conversation.lastAccessedAt);
      const { lastAccessedAt, expiresAt } = touched;
      assert.deepEqual(expiresAt, new Date(lastAccessedAt.getTime() + 600_000));
      assert.deepEqual(touched, { ...conversation, lastAccessedAt, expiresAt });
      const read = await store.read(owner, draft.id, RANGE);
      assert.deepEqual(read.conversation, touched);
    });

    bench.it('knows no conversation that never was', async (store, owner) => {
      await rejectsWith(store.touch(owner, randomUUID()), 'conversation-not-found');
    });
  });
}
