import assert from 'node:assert/strict';
import { begin, created, end, EVERYTHING, LEASE_MS, step, refOf } from './turn-workbench.js';
import { rejectsWith, texts, type Workbench } from './workbench.js';

/** For how long a client says that it follows, in a test that waits for the end of it. */
const FOLLOW_MS = 2_000;

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
      await store.advanceTurn(refOf(owner, id, turn.id), step(6));
      const seqs = async (after: number, maxBytes: number): Promise<unknown[]> => {
        const { events, isComplete } = await store.readTurn(owner, id, { after, maxBytes });
        return [...events.map(({ seq }) => seq), isComplete ? 'all' : 'more'];
      };
      const two = 2 * Buffer.byteLength(step(1).events[0]?.data ?? '');
      assert.deepEqual(await seqs(0, two), [1, 2, 'more']);
      assert.deepEqual(await seqs(2, two), [3, 4, 'more']);
      assert.deepEqual(await seqs(2, 1), [3, 'more']);
      assert.deepEqual(await seqs(4, two), [5, 6, 'all']);
      assert.deepEqual(await seqs(5, two), [6, 'all']);
      assert.deepEqual(await seqs(6, two), ['all']);
      assert.deepEqual(await seqs(Number.MAX_SAFE_INTEGER - 2, two), ['all']);
    });

    bench.it('are read to the last, however many calls brought them', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      for (let seq = 1; seq <= 99; seq += 3) {
        // Each call sends the last event of the call before again.
        const batch = step(Math.max(1, seq - 1), seq, seq + 1, seq + 2);
        const { events } = seq === 1 ? step(1, 2, 3) : batch;
        await store.advanceTurn(refOf(owner, id, turn.id), { leaseMs: LEASE_MS, events });
      }
      const read: number[] = [];
      for (let isComplete = false; !isComplete;) {
        const page = await store.readTurn(owner, id, { after: read.at(-1) ?? 0, maxBytes: 200 });
        assert.ok(page.isComplete || page.events.length > 0);
        read.push(...page.events.map(({ seq }) => seq));
        ({ isComplete } = page);
      }
      assert.deepEqual(
        read,
        Array.from({ length: 99 }, (_, i) => i + 1),
      );
    });

    bench.it('follow each other in a call, and are a line each', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const ref = refOf(owner, id, turn.id);
      const lines = { leaseMs: LEASE_MS, events: [{ seq: 1, data: '1\n2' }] };
      for (const wrong of [step(1, 3), step(2, 1), step(1, 1), step(0), lines]) {
        await assert.rejects(store.advanceTurn(ref, wrong), RangeError);
        const { events } = wrong;
        const ending = { end: 'completed', replies: [], events } as const;
        await assert.rejects(store.endTurn(ref, ending), RangeError);
      }
      assert.deepEqual((await store.readTurn(owner, id, EVERYTHING)).events, []);
    });

    bench.it('are followed from another process for as long as it says', async (store, owner) => {
      const id = await created(store, owner);
      const turn = await begin(store, owner, id);
      const followed = async (): Promise<number> =>
        (await store.advanceTurn(refOf(owner, id, turn.id), step())).followedMs;
      const read = (followMs?: number) =>
        store.readTurn(owner, id, { ...EVERYTHING, ...(followMs !== undefined && { followMs }) });
      await read();
      assert.equal(await followed(), 0);
      await read(FOLLOW_MS);
      const first = await followed();
      assert.ok(first > FOLLOW_MS * 0.4 && first <= FOLLOW_MS, String(first));
      await bench.elapse(FOLLOW_MS * 0.8);
      await read(FOLLOW_MS);
      assert.ok((await followed()) > FOLLOW_MS * 0.4);
      await bench.elapse(FOLLOW_MS * 0.8);
      await followed();
      await bench.elapse(FOLLOW_MS * 0.4);
      assert.equal(await followed(), 0);
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
