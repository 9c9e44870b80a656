import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Owner } from 'conversation-store';
import { ownerKey } from '../../src/domain/owner-key.js';
import { COUNT_BYTES } from '../../src/store/postgres/statements/quota.js';
import type { Snapshot } from '../../src/store/snapshot.js';
import { aSnapshot, elements, later, LAYOUTS, useRecord } from '../support/postgres-record.js';

const DAY_MS = 86_400_000;

describe.each(LAYOUTS)('the record, on %s', (_, partitions) => {
  const fixture = useRecord(partitions);
  const { save, load, seqsOf, rowsOf } = fixture;

  describe('what an owner has', () => {
    async function ownerRow(owner: Owner) {
      const text = 'SELECT conversations, bytes::int FROM owners WHERE owner = $1';
      const [row] = await rowsOf<{ conversations: number; bytes: number | null }>(text, [
        ownerKey(owner),
      ]);
      return row;
    }

    it('is counted once a conversation, and its bytes only when there is a quota', async () => {
      const first = aSnapshot({ title: 'title', records: [{ key: 'a', record: 'hash id 1 1' }] });
      const second = aSnapshot({ owner: first.owner, metadata: '{"a":"ü"}' });
      const { owner } = first;
      await save(first, second);
      await save(first);
      expect(await ownerRow(owner)).toEqual({ conversations: 2, bytes: null });
      const count = async () => {
        await fixture.client.query('UPDATE owners SET bytes = NULL WHERE owner = $1', [
          ownerKey(owner),
        ]);
        await fixture.connection.write(COUNT_BYTES, COUNT_BYTES.values({ owner: ownerKey(owner) }));
        return ownerRow(owner);
      };
      await count();
      const state = { text: '"ü"', version: 1 };
      const third = later(first, elements('c', 'd'), { state, title: 'longer title' });
      await save(third, aSnapshot({ owner }));
      await save(
        later(third, elements('e'), {
          firstSeq: 4,
          elements: [third.elements[1] ?? '', ...elements('e')],
          state: { text: '"much longer"', version: 2 },
          records: [{ key: 'a', record: 'hash id 1 1 turn running 0 0' }],
        }),
      );
      await fixture.record.bury(owner, [
        { id: second.id, revision: 2, records: [{ key: 'b', record: 'hash id 1 1' }] },
        { id: randomUUID(), revision: 1, records: [] },
      ]);
      await save(aSnapshot({ owner, id: second.id, revision: 3 }));
      const kept = await ownerRow(owner);
      expect(kept?.conversations).toBe(3);
      expect(await count()).toEqual(kept);
      const sizes = await rowsOf<{ bytes: number; counted: number }>(
        `SELECT c.bytes::int, (256 + octet_length(concat(c.title, c.external_id, c.metadata, c.state))
           + (SELECT sum(64 + octet_length(m.body)) FROM messages m WHERE m.conversation_id = c.id))::int AS counted
         FROM conversations c WHERE c.owner = $1 AND c.status <> 'deleted'`,
        [ownerKey(owner)],
      );
      expect(sizes).toHaveLength(3);
      expect(sizes.filter(({ bytes, counted }) => bytes !== counted)).toEqual([]);
    });
  });

  describe('load', () => {
    it.each([
      [{ tail: 3, tailBytes: 1_000_000 }, 8, 3],
      [{ tail: 100, tailBytes: 1_000_000 }, 1, 10],
      [{ tail: 100, tailBytes: 3_300 }, 8, 3],
      [{ tail: 100, tailBytes: 1 }, 10, 1],
      [{ tail: 0, tailBytes: 1_000_000 }, 10, 1],
    ])('ends at %j', async (tail, firstSeq, count) => {
      const texts = Array.from({ length: 10 }, () => 'x'.repeat(1_000));
      const snapshot = aSnapshot({ elements: elements(...texts) });
      await save(snapshot);
      const loaded = await fixture.record.load(snapshot.owner, snapshot.id, tail);
      expect(loaded).toMatchObject({ firstSeq, messageCount: 10 });
      expect(loaded).toHaveProperty('elements.length', count);
    });

    it('has no message of a conversation without any', async () => {
      const snapshot = aSnapshot({ elements: [] });
      await save(snapshot);
      expect(await load(snapshot)).toMatchObject({ firstSeq: 1, elements: [], messageCount: 0 });
    });

    it('has nothing of one that has expired, is another owner’s, or never was', async () => {
      const snapshot = aSnapshot({ lastAccessedAt: Date.now() - 31 * DAY_MS });
      await save(snapshot);
      expect(await load(snapshot)).toBeUndefined();
      expect(await load(aSnapshot({ id: snapshot.id }))).toBeUndefined();
      expect(await load(aSnapshot({ id: 'id' }))).toBeUndefined();
    });

    it('rejects one whose messages are missing', async () => {
      const snapshot = aSnapshot();
      await save(snapshot);
      await fixture.client.query('DELETE FROM messages WHERE conversation_id = $1 AND seq = 2', [
        snapshot.id,
      ]);
      await expect(load(snapshot)).rejects.toMatchObject({ code: 'conversation-damaged' });
    });
  });

  describe('bury', () => {
    it('leaves tombstones where they are newer, also of ids without a row', async () => {
      const [older, newer] = [aSnapshot({ revision: 2 }), aSnapshot({ revision: 9 })];
      const { owner } = older;
      const unknown = randomUUID();
      await save(older, { ...newer, owner });
      const burials = [older.id, newer.id, unknown].map((id) => ({ id, revision: 5, records: [] }));
      await fixture.record.bury(owner, burials);
      await fixture.record.bury(owner, [{ id: older.id, revision: 3, records: [] }]);
      const ids = [unknown, older.id, newer.id, randomUUID(), 'id'].map((id) => ({ owner, id }));
      expect(await fixture.record.revisions(ids)).toEqual([
        { deleted: 5 },
        { deleted: 5 },
        9,
        undefined,
        undefined,
      ]);
      expect(await fixture.record.living(owner)).toEqual([
        { id: newer.id, revision: 9, hasExpired: false },
      ]);
      expect(await fixture.record.conversationCount(owner)).toBe(1);
      expect(await fixture.record.conversationCount({ ...owner, userId: 'bob' })).toBe(0);
    });

    it('takes more than one statement can delete', async () => {
      const { owner } = aSnapshot();
      const many = Array.from({ length: 1_100 }, () => aSnapshot({ owner, elements: [] }));
      const large = [2_500, 900, 900].map((size) =>
        aSnapshot({ owner, elements: elements(...Array.from({ length: size }, String)) }),
      );
      await save(...many, ...large);
      await fixture.record.bury(
        owner,
        [...many, ...large].map(({ id }) => ({ id, revision: 2, records: [] })),
      );
      expect(await fixture.record.living(owner)).toEqual([]);
      expect(await fixture.record.conversationCount(owner)).toBe(0);
      expect(await seqsOf(large[0] as Snapshot)).toEqual([]);
    });

    it('leaves nothing of what a user wrote', async () => {
      const secret = 'secret-1';
      const snapshot = aSnapshot({
        title: secret,
        externalId: secret,
        metadata: JSON.stringify({ a: secret }),
        state: { text: JSON.stringify(secret), version: 1 },
        elements: elements(secret),
      });
      await save(snapshot);
      await fixture.client.query(
        `UPDATE conversations SET turns = '{"latest": "secret-1"}' WHERE id = $1`,
        [snapshot.id],
      );
      await fixture.record.bury(snapshot.owner, [{ id: snapshot.id, revision: 2, records: [] }]);
      const rows = await rowsOf('SELECT c::text FROM conversations c WHERE id = $1', [snapshot.id]);
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(secret);
    });
  });

  it('lists what has expired among the living, so that it is erased, too', async () => {
    const snapshot = aSnapshot({ lastAccessedAt: Date.now() - 31 * DAY_MS });
    await save(snapshot);
    expect(await fixture.record.living(snapshot.owner)).toMatchObject([{ hasExpired: true }]);
    expect(await fixture.record.revisions([snapshot])).toEqual([1]);
  });

  it('answers, and says so', async () => {
    await fixture.record.ping();
    expect(fixture.record.isAway).toBe(false);
  });
});
