import { describe, expect, it } from '@jest/globals';
import type { Owner } from 'conversation-store';
import { ownerKey } from '../../src/domain/owner-key.js';
import {
  numbered,
  aSnapshot,
  elements,
  later,
  LAYOUTS,
  useRecord,
} from '../support/postgres-record.js';
import { until } from '../support/redis-server.js';

describe.each(LAYOUTS)('flushes, on %s', (_, partitions) => {
  const fixture = useRecord(partitions);
  const { save, load, seqsOf, rowsOf, untilWaiting } = fixture;

  describe('a tombstone', () => {
    it('refuses what is not newer, and makes room for what is', async () => {
      const snapshot = aSnapshot({ revision: 5, state: { text: '1', version: 1 } });
      const { owner, id } = snapshot;
      await save(snapshot);
      await fixture.record.bury(owner, [{ id, revision: 6, records: [] }]);
      expect(await load(snapshot)).toEqual({ deleted: 6 });
      expect(await seqsOf(snapshot)).toEqual([]);
      expect(await save(later(snapshot, elements('late')))).toEqual(['deleted']);
      expect(await save({ ...snapshot, revision: 7, firstSeq: 2, messageCount: 3 })).toEqual([
        'mismatch',
      ]);
      const again = aSnapshot({ owner, id, revision: 7, createdAt: 1_767_225_600_000 });
      expect(await save(again)).toEqual(['saved']);
      expect(await load(snapshot)).toMatchObject({
        revision: 7,
        createdAt: again.createdAt,
        elements: again.elements,
      });
      expect(await load(snapshot)).not.toHaveProperty('state');
      expect(await fixture.record.conversationCount(owner)).toBe(1);
    });

    it('that is made while a save is about to lock its row stops the save', async () => {
      const snapshot = aSnapshot();
      await save(snapshot);
      await fixture.client.query('BEGIN');
      await fixture.client.query(
        `UPDATE conversations SET status = 'deleted', revision = 9, message_count = 0 WHERE id = $1`,
        [snapshot.id],
      );
      await fixture.client.query('DELETE FROM messages WHERE conversation_id = $1', [snapshot.id]);
      const saving = save(later(snapshot, elements('c')));
      await untilWaiting();
      await fixture.client.query('COMMIT');
      expect(await saving).toEqual(['deleted']);
      expect(await seqsOf(snapshot)).toEqual([]);
    });

    it('makes room although it is made while a save is about to lock its row', async () => {
      const snapshot = aSnapshot();
      const { owner, id } = snapshot;
      await save(snapshot);
      await fixture.client.query('BEGIN');
      await fixture.client.query(
        `UPDATE conversations SET status = 'deleted', revision = 2, message_count = 0 WHERE id = $1`,
        [id],
      );
      await fixture.client.query('DELETE FROM messages WHERE conversation_id = $1', [id]);
      const again = aSnapshot({ owner, id, revision: 3 });
      const saving = save(again);
      await untilWaiting();
      await fixture.client.query('COMMIT');
      expect(await saving).toEqual(['saved']);
      expect(await load(again)).toMatchObject({ revision: 3, elements: again.elements });
    });

    it('that is made where there was no row to lock stops the save', async () => {
      const snapshot = aSnapshot();
      const other = aSnapshot();
      await fixture.client.query('BEGIN');
      await fixture.client.query(
        `INSERT INTO conversations (owner, id, status, metadata, message_count, version, revision,
           created_at, updated_at, accessed_at, bytes, state_version)
         VALUES ($1, $2, 'deleted', '{}', 0, 0, 9, now(), now(), now(), 0, 0)`,
        [ownerKey(snapshot.owner), snapshot.id],
      );
      const saving = save(other, snapshot);
      await untilWaiting();
      await fixture.client.query('COMMIT');
      expect(await saving).toEqual(['saved', 'deleted']);
      expect(await seqsOf(snapshot)).toEqual([]);
      expect(await fixture.record.conversationCount(snapshot.owner)).toBe(0);
    });
  });

  describe('the numbers of flushes', () => {
    it('refuse a flush that is not the next one, in its partition alone', async () => {
      const late = aSnapshot({ partition: 100 });
      const next = aSnapshot({ partition: 101 });
      await fixture.record.save(numbered([[100, 5]]), []);
      const numbers = numbered([
        [101, 1],
        [100, 5],
      ]);
      expect(await fixture.record.save(numbers, [late, next])).toEqual(['fenced', 'saved']);
      expect(await load(late)).toBeUndefined();
      expect(await fixture.record.save(numbered([[100, 6]]), [late])).toEqual(['saved']);
      const stored = await fixture.record.flushNumbers();
      expect([stored.get(100), stored.get(101), stored.get(99)]).toEqual([6, 1, undefined]);
    });

    it('refuse a snapshot of a partition without a number', async () => {
      const snapshot = aSnapshot({ partition: 102 });
      expect(await fixture.record.save(numbered([]), [snapshot])).toEqual(['fenced']);
    });

    it('refuse a flush where those are lost that were committed', async () => {
      const { record } = fixture;
      const snapshot = aSnapshot({ partition: 106 });
      expect(await record.save(numbered([[106, 8]], 7), [snapshot])).toEqual(['fenced']);
      await record.save(numbered([[106, 6]]), []);
      expect(await record.save(numbered([[106, 8]], 7), [snapshot])).toEqual(['fenced']);
      expect(await load(snapshot)).toBeUndefined();
      expect((await record.flushNumbers()).get(106)).toBe(6);
      expect(await record.save(numbered([[106, 8]], 6), [snapshot])).toEqual(['saved']);
    });

    it('are raised by a fence, which refuses every flush that has begun', async () => {
      await fixture.record.save(numbered([[103, 5]]), []);
      expect(await fixture.record.fence(103, 4)).toBeUndefined();
      expect(await fixture.record.fence(103, 5)).toBe(1_000_005);
      const snapshot = aSnapshot({ partition: 103 });
      expect(await fixture.record.save(numbered([[103, 6]]), [snapshot])).toEqual(['fenced']);
      expect(await fixture.record.save(numbered([[103, 1_000_006]]), [snapshot])).toEqual([
        'saved',
      ]);
    });

    it('can be raised where there is none', async () => {
      expect(await fixture.record.fence(104, 7)).toBeUndefined();
      expect(await fixture.record.fence(104, 0)).toBe(1_000_000);
      expect(await fixture.record.fence(104, 0)).toBeUndefined();
    });

    it('let a fence wait for a flush that writes, and then see another number', async () => {
      const snapshot = aSnapshot({ partition: 105 });
      await fixture.record.save(numbered([[105, 1]]), [snapshot]);
      await fixture.client.query('BEGIN');
      await fixture.client.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [
        snapshot.id,
      ]);
      const saving = fixture.record.save(numbered([[105, 2]]), [later(snapshot, elements('c'))]);
      await untilWaiting();
      const fencing = fixture.record.fence(105, 1);
      await fixture.client.query('COMMIT');
      expect(await saving).toEqual(['saved']);
      expect(await fencing).toBeUndefined();
    });
  });

  describe('a burial while a flush stores the conversation for the first time', () => {
    it('leaves nothing of it', async () => {
      const known = aSnapshot();
      const fresh = aSnapshot({ owner: known.owner });
      await fixture.save(known);
      const { client } = fixture;
      await client.query('BEGIN');
      // The flush waits for this row once it has written its own.
      await client.query('SELECT FROM owners WHERE owner = $1 FOR UPDATE', [ownerKey(known.owner)]);
      const saving = fixture.save(fresh);
      await fixture.untilWaiting();
      const burial = { id: fresh.id, revision: 2, records: [] };
      const burying = fixture.record.bury(known.owner, [burial]);
      await until(async () => (await waiting()) === 2);
      await client.query('COMMIT');
      expect(await saving).toEqual(['saved']);
      await burying;
      expect(await fixture.seqsOf(fresh)).toEqual([]);
      expect(await fixture.load(fresh)).toEqual({ deleted: 2 });
      expect(await fixture.record.conversationCount(known.owner)).toBe(1);
    });

    async function waiting(): Promise<number> {
      const text = `SELECT count(*)::int AS count FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()`;
      // The client would see the sessions all the time as they were at first: it is in a transaction.
      const statement = { name: 'waiting', text };
      const [row] = await fixture.connection.read<{ count: number }>(statement, []);
      return row?.count ?? NaN;
    }
  });

  describe('flushes at once', () => {
    async function deadlocks(): Promise<number> {
      const text = `SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`;
      const [row] = await rowsOf<{ deadlocks: number }>(text, []);
      return row?.deadlocks ?? NaN;
    }

    it('of one partition happen one after the other', async () => {
      let snapshot = aSnapshot({ partition: 200 });
      await fixture.record.save(numbered([[200, 1]]), [snapshot]);
      const flushes = Array.from({ length: 10 }, (_, i) => {
        snapshot = later(snapshot, elements(`${i}`));
        return fixture.record.save(numbered([[200, i + 2]]), [
          { ...snapshot, firstSeq: 3, elements: [], messageCount: 2 },
        ]);
      });
      const results = await Promise.all(flushes);
      expect(new Set(results.flat())).not.toContain('mismatch');
      expect((await fixture.record.flushNumbers()).get(200)).toBe(11);
      expect(await load(snapshot)).toMatchObject({ revision: 11, messageCount: 2 });
    });

    it('of overlapping partitions and owners wait for no one in a circle', async () => {
      const before = await deadlocks();
      const owners = Array.from({ length: 4 }, () => aSnapshot().owner);
      const snapshots = Array.from({ length: 40 }, (_, i) =>
        aSnapshot({ partition: 300 + (i % 4), owner: owners[i % 3] as Owner }),
      );
      for (let round = 1; round <= 10; round++) {
        const halves = [snapshots, [...snapshots].reverse()].map((batch, half) => {
          const numbers = [300, 301, 302, 303].map((partition): [number, number] => [
            partition,
            2 * round + half,
          ]);
          if (half === 1) numbers.reverse();
          return fixture.record.save(
            numbered(numbers),
            batch.map((snapshot) => ({ ...snapshot, revision: 2 * round + half })),
          );
        });
        const burials = fixture.record.bury(
          owners[0] as Owner,
          [...snapshots].reverse().map(({ id }) => ({ id, revision: 1, records: [] })),
        );
        const [[first, second]] = await Promise.all([Promise.all(halves), burials]);
        expect(new Set([...(first ?? []), ...(second ?? [])])).not.toContain('mismatch');
      }
      expect(await deadlocks()).toBe(before);
      const counts = await Promise.all(
        owners.slice(0, 3).map((owner) => fixture.record.conversationCount(owner)),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    });
  });
});
