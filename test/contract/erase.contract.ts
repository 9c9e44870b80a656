import assert from 'node:assert/strict';
import { CONVERSATION_STATUSES } from 'conversation-store';
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

  bench.describe('flush', () => {
    bench.it('changes nothing that a caller sees', async (store, owner) => {
      const draft = aConversation({ title: 'x', messages: texts('a') });
      await store.create(owner, draft);
      await store.append(owner, draft.id, texts('b'));
      await store.putState(owner, draft.id, { step: 1 }, 0);
      const seen = (): Promise<unknown> =>
        Promise.all([
          store.read(owner, draft.id, { limit: 10, from: 'end' }),
          store.list(owner, { limit: 10, statuses: CONVERSATION_STATUSES }),
          store.getState(owner, draft.id),
        ]);
      const before = await seen();
      const flushed = await store.flush(owner);
      assert.ok(flushed === 0 || flushed === 1, String(flushed));
      assert.deepEqual(await seen(), before);
      assert.equal(await store.flush(owner), 0);
    });

    bench.it('saves nothing of an owner who has nothing', async (store, owner) => {
      await store.create(anOwner(owner.userId), aConversation());
      assert.equal(await store.flush(owner), 0);
    });
  });

  bench.describe('ping', () => {
    bench.it('resolves with the tiers of the store, one of them up', async (store) => {
      const states = Object.values(await store.ping());
      assert.ok(states.length === 0 || states.includes('up'), states.join());
    });
  });
}
