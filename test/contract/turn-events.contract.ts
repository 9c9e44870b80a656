import assert from 'node:assert/strict';
import { begin, created, end, EVERYTHING, step, refOf } from './turn-workbench.js';
import { rejectsWith, texts, type Workbench } from './workbench.js';

export function turnEventsContract(bench: Workbench): void {
  bench.describe('the events of a turn', () => {
    bench.it('are stored once and in order, however often they are sent', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      await store.advanceTurn(refOf(owner, id, turn.id), step(1, 2));
      await store.advanceTurn(refOf(owner, id, turn.id), step(1, 2, 3));
      await store.endTurn(refOf(owner, id, turn.id), {
        end: 'completed',
        replies: [],
        events: step(3, 4).events,
      });
      const page = await store.readTurn(owner, id, { ...EVERYTHING, turnId: turn.id });
      assert.deepEqual(page.events, step(1, 2, 3, 4).events);
      assert.equal(page.turn.status, 'completed');
    });

    bench.it('are read from any seq on, in pages', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      await store.advanceTurn(refOf(owner, id, turn.id), step(1, 2, 3, 4, 5));
      const seqs = async (after: number, limit: number): Promise<number[]> => {
        const { events } = await store.readTurn(owner, id, { after, limit });
        return events.map(({ seq }) => seq);
      };
      assert.deepEqual(await seqs(0, 2), [1, 2]);
      assert.deepEqual(await seqs(2, 2), [3, 4]);
      assert.deepEqual(await seqs(4, 2), [5]);
      assert.deepEqual(await seqs(5, 2), []);
      assert.deepEqual(await seqs(Number.MAX_SAFE_INTEGER - 2, 2), []);
    });

    bench.it('are those of the latest turn, and of the one before', async (store, owner) => {
      const id = await created(store, owner);
      await rejectsWith(store.readTurn(owner, id, EVERYTHING), 'turn-not-found');
      const first = await begin(store, owner, id);
      await store.advanceTurn(refOf(owner, id, first.id), step(1, 2));
      await end(store, owner, id, first);
      const second = await begin(store, owner, id);
      const { turn, events } = await store.readTurn(owner, id, EVERYTHING);
      assert.deepEqual([turn.id, events], [second.id, []]);
      const ofFirst = { ...EVERYTHING, turnId: first.id };
      const before = await store.readTurn(owner, id, ofFirst);
      assert.deepEqual([before.turn.status, before.events], ['completed', step(1, 2).events]);
      await end(store, owner, id, second);
      await begin(store, owner, id);
      await rejectsWith(store.readTurn(owner, id, ofFirst), 'turn-not-found');
    });

    bench.it('and its end are found when the next has begun', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const ending = { end: 'completed', replies: texts('answer'), events: [] } as const;
      const first = await store.endTurn(refOf(owner, id, turn.id), ending);
      const next = await begin(store, owner, id);
      const again = await store.endTurn(refOf(owner, id, turn.id), ending);
      assert.deepEqual([again.turn, again.messages], [first.turn, first.messages]);
      await store.cancelTurn(refOf(owner, id, turn.id));
      const { cancelRequested } = await store.advanceTurn(refOf(owner, id, next.id), step());
      assert.equal(cancelRequested, false);
    });
  });
}
