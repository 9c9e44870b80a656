import assert from 'node:assert/strict';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationStore,
  type Owner,
} from 'conversation-store';
import { aConversation, inListOrder, listPages, texts, type Workbench } from './workbench.js';

const ALL = { limit: 100, statuses: CONVERSATION_STATUSES };

export function listContract(bench: Workbench): void {
  bench.describe('list', () => {
    bench.it('is empty for a new owner', async (store, owner) => {
      assert.deepEqual(await store.list(owner, ALL), { conversations: [] });
    });

    bench.it('shows what was updated last first', async (store, owner) => {
      const [a, b, c] = [aConversation(), aConversation(), aConversation()];
      for (const draft of [a, b, c]) {
        await store.create(owner, draft);
        await bench.elapse(3);
      }
      await store.append(owner, a.id, texts('x'));
      await bench.elapse(3);
      await store.update(owner, b.id, { title: 'x' });
      const { conversations } = await store.list(owner, ALL);
      assert.deepEqual(
        conversations.map(({ id }) => id),
        [b.id, a.id, c.id],
      );
      assert.equal(conversations[0]?.title, 'x');
    });

    bench.it('pages through all, each once, and only the last is short', async (store, owner) => {
      const all = await createMany(store, owner, 7);
      const pages = await listPages(store, owner, { limit: 3 });
      assert.deepEqual(
        pages.map(({ length }) => length),
        [3, 3, 1],
      );
      assert.deepEqual(pages.flat(), inListOrder(all));
    });

    bench.it('ends without an empty page', async (store, owner) => {
      await createMany(store, owner, 6);
      const pages = await listPages(store, owner, { limit: 3 });
      assert.deepEqual(
        pages.map(({ length }) => length),
        [3, 3],
      );
    });

    bench.it('shows the wanted statuses only', async (store, owner) => {
      const [a, b, c, d] = (await createMany(store, owner, 4)).map(({ id }) => id) as [
        string,
        string,
        string,
        string,
      ];
      await store.update(owner, b, { status: 'completed' });
      await store.update(owner, c, { status: 'archived' });
      await store.update(owner, d, { status: 'archived' });
      await store.update(owner, d, { status: 'active' });
      const listed = async (...statuses: Conversation['status'][]): Promise<string[]> =>
        (await listPages(store, owner, { limit: 1, statuses })).flat().sort();
      assert.deepEqual(await listed('active'), [a, d].sort());
      assert.deepEqual(await listed('completed'), [b]);
      assert.deepEqual(await listed('archived', 'completed'), [b, c].sort());
      assert.deepEqual(await listed(...CONVERSATION_STATUSES), [a, b, c, d].sort());
    });

    bench.it(
      'never shows the expired, and fills its pages without them',
      async (store, owner) => {
        const all = await createMany(store, owner, 9);
        const kept = all.filter((_, i) => i % 2 === 0);
        await bench.elapse(1_400);
        for (const { id } of kept) await store.touch(owner, id);
        await bench.elapse(1_000);
        const pages = await listPages(store, owner, { limit: 2 });
        assert.deepEqual(
          pages.map(({ length }) => length),
          [2, 2, 1],
        );
        assert.deepEqual(pages.flat(), inListOrder(kept));
        assert.deepEqual([...(await store.listIds(owner))].sort(), kept.map(({ id }) => id).sort());
      },
      { ttlMs: 2_000 },
    );

    bench.it('goes on where it was when a conversation moves up', async (store, owner) => {
      const all = await createMany(store, owner, 4);
      const order = inListOrder(all);
      const first = await store.list(owner, { ...ALL, limit: 2 });
      await bench.elapse(3);
      await store.append(owner, order[3] as string, texts('x'));
      const second = await store.list(owner, {
        ...ALL,
        ...(first.next && { after: first.next }),
      });
      assert.deepEqual(
        second.conversations.map(({ id }) => id),
        [order[2]],
      );
    });
  });
}

async function createMany(
  store: ConversationStore,
  owner: Owner,
  count: number,
): Promise<Conversation[]> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => store.create(owner, aConversation())),
  );
  return outcomes.map(({ conversation }) => conversation);
}
