import assert from 'node:assert/strict';
import { aConversation, anOwner, rejectsWith, texts, type Workbench } from './workbench.js';

export function eraseContract(bench: Workbench): void {
  bench.describe('erase', () => {
    bench.it('deletes everything of the owner and nothing else', async (store, owner) => {
      const stranger = anOwner(owner.userId);
      const drafts = Array.from({ length: 130 }, () => aConversation({ messages: texts('a') }));
      await Promise.all(drafts.map((draft) => store.create(owner, draft)));
      const theirs = aConversation();
      await store.create(stranger, theirs);
      const [archived, stateful] = drafts;
      assert.ok(archived && stateful);
      await store.update(owner, archived.id, { status: 'archived' });
      await store.putState(owner, stateful.id, 1, 0);

      assert.equal(await store.erase(owner), 130);
      assert.deepEqual(await store.listIds(owner), []);
      await rejectsWith(store.getState(owner, stateful.id), 'conversation-not-found');
      assert.deepEqual(await store.listIds(stranger), [theirs.id]);
      assert.equal(await store.erase(owner), 0);
    });
  });

  bench.describe('ping', () => {
    bench.it('resolves', (store) => store.ping());
  });
}
