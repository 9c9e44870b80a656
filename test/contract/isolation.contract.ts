import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Owner } from 'conversation-store';
import { aConversation, anOwner, rejectsWith, texts, type Workbench } from './workbench.js';

/** Pairs of owners that a store which glues or escapes ids carelessly takes for one. */
const CONFUSABLE: [Owner, Owner][] = [
  pair(['a:b', 'c'], ['a', 'b:c']),
  pair(['a', 'b:c'], ['a', 'b%3Ac']),
  pair(['a}', '{b'], ['a', '}{b']),
  pair(['a', '*'], ['a', 'b']),
  pair(['a/b', 'c'], ['a', 'b/c']),
  pair(['a b', 'c'], ['a', 'b c']),
  pair(['a', 'ü'], ['a', 'u\u0308']),
  pair(['a', 'Alice'], ['a', 'alice']),
  pair(['a', 'x'], ['a', 'x ']),
  pair(['世界', '👋🏽'], ['世', '界👋🏽']),
  pair(['a', 'x:conv:y'], ['a', 'x']),
  pair(['', 'ab'], ['a', 'b']),
];

export function isolationContract(bench: Workbench): void {
  bench.describe('isolation', () => {
    for (const [mine, theirs] of CONFUSABLE) {
      bench.it(`keeps ${JSON.stringify([mine, theirs])} apart`, async (store) => {
        // A random mark keeps tests on one server apart; the confusable parts stay as they are.
        const mark = randomUUID();
        const [me, them] = [marked(mine, mark), marked(theirs, mark)];
        const draft = aConversation({ messages: texts('secret') });
        await store.create(me, draft);
        assert.deepEqual(await store.listIds(me), [draft.id]);
        assert.deepEqual(await store.listIds(them), []);
        const reading = store.read(them, draft.id, { limit: 1, from: 'end' });
        await rejectsWith(reading, 'conversation-not-found');
        await store.erase(me);
      });
    }

    bench.it('answers a stranger as if nothing were there', async (store, owner) => {
      const draft = aConversation({ messages: texts('secret') });
      await store.create(owner, draft);
      const before = await store.read(owner, draft.id, { limit: 5, from: 'end' });
      for (const stranger of [anOwner(owner.userId), { ...owner, userId: randomUUID() }]) {
        const attempts = [
          store.read(stranger, draft.id, { limit: 1, from: 'end' }),
          store.append(stranger, draft.id, texts('x')),
          store.update(stranger, draft.id, { title: 'x' }),
          store.delete(stranger, draft.id),
          store.touch(stranger, draft.id),
          store.getState(stranger, draft.id),
          store.putState(stranger, draft.id, 1, 0),
        ];
        for (const attempt of attempts) await rejectsWith(attempt, 'conversation-not-found');
        assert.equal(await store.erase(stranger), 0);
      }
      const after = await store.read(owner, draft.id, { limit: 5, from: 'end' });
      assert.deepEqual(after, before);
    });
  });
}

function pair(mine: [string, string], theirs: [string, string]): [Owner, Owner] {
  const [a, b] = [mine, theirs].map(([tenantId, userId]) => ({ tenantId, userId }));
  return [a as Owner, b as Owner];
}

function marked({ tenantId, userId }: Owner, mark: string): Owner {
  return { tenantId: `${mark}${tenantId}`, userId };
}
