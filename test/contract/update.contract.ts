import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { MetadataFullError, VersionConflictError } from 'conversation-store';
import { aConversation, rejectsWith, texts, type Workbench } from './workbench.js';

export function updateContract(bench: Workbench): void {
  bench.describe('update', () => {
    bench.it('sets, keeps and removes fields', async (store, owner) => {
      const draft = aConversation({ title: 'a', externalId: 'x', messages: texts('m') });
      const created = await store.create(owner, draft);
      await bench.elapse(5);
      const patch = { title: 'b', externalId: null };
      const updated = await store.update(owner, draft.id, patch);
      assert.equal(updated.title, 'b');
      assert.ok(!('externalId' in updated));
      assert.equal(updated.version, 2);
      assert.ok(updated.updatedAt > created.conversation.updatedAt);
      assert.deepEqual(updated.createdAt, created.conversation.createdAt);
      const read = await store.read(owner, draft.id, { limit: 5, from: 'end' });
      assert.deepEqual(read.conversation, updated);
      assert.deepEqual(read.messages, created.messages);
    });

    bench.it('merges metadata key by key', async (store, owner) => {
      const draft = aConversation({ metadata: { keep: '/1', drop: '2', change: '3' } });
      await store.create(owner, draft);
      const metadata = { drop: null, change: '4', toString: 'é👋', missing: null };
      const updated = await store.update(owner, draft.id, { metadata });
      assert.deepEqual(updated.metadata, { keep: '/1', change: '4', toString: 'é👋' });
      const untouched = await store.update(owner, draft.id, { title: 'x' });
      assert.deepEqual(untouched.metadata, updated.metadata);
      const cleared = await store.update(owner, draft.id, { metadata: null });
      assert.deepEqual(cleared.metadata, {});
    });

    bench.it('counts the metadata that results', async (store, owner) => {
      const sixteen = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, 'v']));
      const draft = aConversation({ metadata: sixteen });
      await store.create(owner, draft);
      const adding = store.update(owner, draft.id, { metadata: { more: 'v' } });
      const error = await rejectsWith<MetadataFullError>(adding, 'metadata-full');
      assert.equal(error.limit, 16);
      const { metadata } = await store.update(owner, draft.id, {
        metadata: { more: 'v', k0: null },
      });
      assert.equal(Object.keys(metadata).length, 16);
    });

    bench.it('takes the expected version only', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const { version } = await store.update(
        owner,
        draft.id,
        { title: 'b' },
        { expectedVersion: 1 },
      );
      const late = store.update(owner, draft.id, { title: 'c' }, { expectedVersion: 1 });
      const error = await rejectsWith<VersionConflictError>(late, 'version-conflict');
      assert.equal(error.currentVersion, version);
      const { conversation } = await store.read(owner, draft.id, { limit: 0, from: 'end' });
      assert.equal(conversation.title, 'b');
    });

    bench.it('lets one of ten writers of the same version through', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          store.update(owner, draft.id, { title: `${i}` }, { expectedVersion: 1 }),
        ),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    bench.it('knows no conversation that never was', async (store, owner) => {
      const updating = store.update(owner, randomUUID(), { title: 'x' }, { expectedVersion: 1 });
      await rejectsWith(updating, 'conversation-not-found');
    });
  });

  bench.describe('delete', () => {
    bench.it('takes a conversation out of everything', async (store, owner) => {
      const draft = aConversation({ messages: texts('a') });
      await store.create(owner, draft);
      await store.delete(owner, draft.id);
      const range = { limit: 1, from: 'end' } as const;
      await rejectsWith(store.read(owner, draft.id, range), 'conversation-not-found');
      await rejectsWith(store.append(owner, draft.id, texts('b')), 'conversation-not-found');
      await rejectsWith(store.delete(owner, draft.id), 'conversation-not-found');
      assert.deepEqual(await store.listIds(owner), []);
    });

    bench.it('takes the expected version only', async (store, owner) => {
      const draft = aConversation();
      await store.create(owner, draft);
      await rejectsWith(store.delete(owner, draft.id, { expectedVersion: 7 }), 'version-conflict');
      await store.delete(owner, draft.id, { expectedVersion: 1 });
    });
  });
}
