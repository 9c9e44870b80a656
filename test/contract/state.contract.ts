import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { VersionConflictError } from 'conversation-store';
import { aConversation, inListOrder, listPages, rejectsWith, type Workbench } from './workbench.js';

export function stateContract(bench: Workbench): void {
  bench.describe('the working state', () => {
    bench.it('is null at version 0 before the first put', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      assert.deepEqual(await store.getState(owner, draft.id), { value: null, version: 0 });
    });

    bench.it('is kept exactly', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const value = { constructor: 'é👋', list: [1, 0.1, null, {}, []], nested: { '/': true } };
      assert.equal(await store.putState(owner, draft.id, value, 0), 1);
      assert.deepEqual(await store.getState(owner, draft.id), { value, version: 1 });
      assert.equal(await store.putState(owner, draft.id, null, 1), 2);
      assert.deepEqual(await store.getState(owner, draft.id), { value: null, version: 2 });
    });

    bench.it('is replaced at the expected version only', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, (_, i) => store.putState(owner, draft.id, i, 0)),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      const late = store.putState(owner, draft.id, 'late', 0);
      const error = await rejectsWith<VersionConflictError>(late, 'version-conflict');
      assert.equal(error.currentVersion, 1);
    });

    bench.it('is at most 256 KiB', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const fits = 'ü'.repeat(128 * 1024 - 1);
      await rejectsWith(store.putState(owner, draft.id, `${fits}x`, 0), 'state-too-large');
      await store.putState(owner, draft.id, fits, 0);
      assert.equal((await store.getState(owner, draft.id)).value, fits);
    });

    bench.it('moves neither the version nor the place in a list', async (store, owner) => {
      const created = [];
      for (const draft of [aConversation(), aConversation()]) {
        created.push((await store.create(owner, draft)).conversation);
        await bench.elapse(3);
      }
      const [oldest] = created;
      assert.ok(oldest);
      await store.putState(owner, oldest.id, { step: 1 }, 0);
      const { conversation } = await store.read(owner, oldest.id, { limit: 0, from: 'end' });
      assert.equal(conversation.version, 1);
      assert.deepEqual(conversation.updatedAt, oldest.updatedAt);
      assert.deepEqual((await listPages(store, owner)).flat(), inListOrder(created));
    });

    bench.it('goes with its conversation', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      await store.putState(owner, draft.id, 1, 0);
      await store.delete(owner, draft.id);
      await rejectsWith(store.getState(owner, draft.id), 'conversation-not-found');
      await rejectsWith(store.getState(owner, randomUUID()), 'conversation-not-found');
    });
  });
}
