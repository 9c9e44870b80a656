import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CONVERSATION_STATUSES } from 'conversation-store';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { Snapshot } from '../../src/store/snapshot.js';
import { aSnapshot, elements, later, LAYOUTS, useRecord } from '../support/postgres-record.js';
import { openPostgresStore } from '../support/postgres-store.js';

const DAY_MS = 86_400_000;

describe.each(LAYOUTS)('a save, on %s', (_, partitions) => {
  const fixture = useRecord(partitions);
  const { save, load, seqsOf } = fixture;

  describe('save', () => {
    it('stores the exact bytes, which are loaded again', async () => {
      const snapshot = aSnapshot({
        title: 'A "title", {with} \\ and NULL',
        externalId: 'null',
        forkedFrom: '0190163d-8694-739b-aea5-966c26f8ad91 12',
        status: 'completed',
        metadata: '{"b":"1", "a":"2"}',
        version: 7,
        revision: 9,
        createdAt: 1_767_225_600_123,
        lastAccessedAt: Date.now() - 1,
        state: { text: '{"z": 1, "a": [ ]}', version: 3 },
        elements: ['1767225600000["i","u","a\\n{\\"}, \\u0000 ü 😀"]', ...elements('second')],
      });
      expect(await save(snapshot)).toEqual(['saved']);
      const { partition, records, ...rest } = snapshot;
      expect(await load(snapshot)).toEqual(rest);
      expect([partition, records]).toEqual([1, []]);
    });

    it('stores what the store in PostgreSQL reads and lists', async () => {
      const snapshot = aSnapshot({ title: 'title', state: { text: '{"a":1}', version: 2 } });
      const { owner, id } = snapshot;
      await save(snapshot);
      const store = await openPostgresStore({ ttlMs: 30 * DAY_MS }, fixture.url);
      try {
        const page = await store.read(owner, id, { limit: 10, from: 'end' });
        expect(page.messages.map(({ seq }) => seq)).toEqual([1, 2]);
        expect(await store.getState(owner, id)).toEqual({ value: { a: 1 }, version: 2 });
        expect(await fixture.record.read(owner, id, { limit: 10, from: 'end' })).toEqual(page);
        expect(await fixture.record.getState(owner, id)).toEqual({ value: { a: 1 }, version: 2 });
        const listed = await fixture.record.list(owner, {
          limit: 10,
          statuses: CONVERSATION_STATUSES,
        });
        expect(listed.conversations.map(({ title }) => title)).toEqual(['title']);
      } finally {
        await store.close();
      }
    });

    it('leaves what it is a copy of when the snapshot does not say', async () => {
      const forkedFrom = '0190163d-8694-739b-aea5-966c26f8ad91 12';
      const snapshot = aSnapshot();
      await save({ ...snapshot, forkedFrom });
      await save(later(snapshot, []));
      expect(await load(snapshot)).toMatchObject({ revision: 2, forkedFrom });
    });

    it('leaves the state when the snapshot has none', async () => {
      const snapshot = aSnapshot({ state: { text: '{"a":1}', version: 2 } });
      await save(snapshot);
      const { state, ...rest } = later(snapshot, []);
      await save(rest);
      expect(await load(snapshot)).toMatchObject({ revision: 2, state });
    });

    it('adds to what is stored, and changes nothing where that is as new', async () => {
      const first = aSnapshot({ title: 'first' });
      const second = later(first, elements('c'), { title: 'second' });
      expect(await save(first)).toEqual(['saved']);
      expect(await save(second)).toEqual(['saved']);
      const stored = await load(first);
      expect(stored).toMatchObject({ title: 'second', messageCount: 3 });
      expect(await save(first)).toEqual(['saved']);
      expect(await save({ ...second, title: 'the same revision' })).toEqual(['saved']);
      expect(await load(first)).toEqual(stored);
    });

    it('stores a message once when its first answer was lost', async () => {
      const first = aSnapshot();
      await save(first);
      const second = later(first, elements('c'));
      await save(second);
      const [c = ''] = second.elements;
      const more = elements('d');
      // Redis does not know that the second one was saved.
      const third = later(first, [c, ...more], { revision: 3 });
      expect(await save(third)).toEqual(['saved']);
      expect(await load(first)).toMatchObject({
        firstSeq: 1,
        elements: [...first.elements, c, ...more],
      });
    });

    it.each<[string, (snapshot: Snapshot) => Snapshot]>([
      [
        'has a gap before it',
        (saved) => later(saved, elements('d'), { firstSeq: 4, messageCount: 4 }),
      ],
      [
        'has another message under a seq',
        (saved) => later(saved, [], { firstSeq: 2, elements: elements('not b'), messageCount: 2 }),
      ],
      [
        'has fewer messages',
        (saved) =>
          later(saved, [], { firstSeq: 1, elements: saved.elements.slice(0, 1), messageCount: 1 }),
      ],
      [
        'was created at another time',
        (saved) => later(saved, [], { createdAt: saved.createdAt + 1 }),
      ],
      [
        'was created at another time, and is not newer',
        (saved) => ({ ...saved, createdAt: saved.createdAt + 1 }),
      ],
      ['counts more than it has', (saved) => later(saved, elements('c'), { messageCount: 4 })],
      ['has a message that cannot be stored', (saved) => later(saved, ['a\nb'])],
      ['begins in the middle', () => aSnapshot({ firstSeq: 2 })],
      ['has an id that cannot be stored', () => aSnapshot({ id: 'id' })],
    ])('writes nothing of a snapshot that %s, and all of the others', async (_name, change) => {
      const saved = aSnapshot();
      const others = [aSnapshot(), aSnapshot(), aSnapshot()] as const;
      await save(saved, others[0]);
      const before = await load(saved);
      const mismatch = change(saved);
      const keyed = { ...mismatch, records: [{ key: 'key', record: 'hash id 1 1' }] };
      const next = later(others[0], elements('c'));
      expect(await save(next, others[1], keyed, others[2])).toEqual([
        'saved',
        'saved',
        'mismatch',
        'saved',
      ]);
      expect(await load(saved)).toEqual(before);
      expect(await seqsOf(saved)).toEqual([1, 2]);
      expect(await fixture.record.findRecord(mismatch.owner, 'key')).toBeUndefined();
      expect(await load(next)).toMatchObject({ messageCount: 3 });
      for (const other of others.slice(1)) expect(await load(other)).toMatchObject({ revision: 1 });
    });

    it('writes no message over one that its conversation does not count', async () => {
      const saved = aSnapshot();
      await save(saved);
      const [c = ''] = elements('c');
      await fixture.client.query(
        'INSERT INTO messages (owner, conversation_id, seq, body) VALUES ($1, $2, 3, $3)',
        [ownerKey(saved.owner), saved.id, c],
      );
      expect(await save(later(saved, []))).toEqual(['mismatch']);
      expect(await save(later(saved, elements('not c')))).toEqual(['mismatch']);
      expect(await save(later(saved, [c, ...elements('d')]))).toEqual(['saved']);
      expect(await load(saved)).toMatchObject({ messageCount: 4 });
    });
  });

  describe('idempotency records', () => {
    const key = 'key';
    const turn = `hash ${randomUUID()} 1 1 ${randomUUID()}`;
    const running = `${turn} running 0 0`;
    const completed = `${turn} completed 2 1`;

    it.each([
      ['a record', undefined, 'hash id 1 2', 'hash id 1 2'],
      ['a turn that ends', running, completed, completed],
      ['no turn that runs again', completed, running, completed],
      ['no other end of a turn', completed, `${turn} failed 0 0`, completed],
      ['another request', 'hash id 1 2', 'other id 3 1', 'other id 3 1'],
      ['a record although nobody can read the old one', 'what', running, running],
    ])('store %s', async (_name, stored, offered, expected) => {
      const snapshot = aSnapshot({
        records: stored === undefined ? [] : [{ key, record: stored }],
      });
      await save(snapshot);
      await save({ ...snapshot, records: [{ key, record: offered }] });
      expect(await fixture.record.findRecord(snapshot.owner, key)).toMatchObject({
        record: expected,
      });
    });

    it('are replaced after a day, and are as old as the first of their turn until then', async () => {
      const snapshot = aSnapshot({ records: [{ key, record: running }] });
      const { owner } = snapshot;
      await save(snapshot);
      const age = (hours: number) =>
        fixture.client.query(
          `UPDATE idempotency_records SET created_at = now() - $2 * interval '1 hour' WHERE owner = $1`,
          [ownerKey(owner), hours],
        );
      await age(23);
      await save(later(snapshot, [], { records: [{ key, record: completed }] }));
      const ended = await fixture.record.findRecord(owner, key);
      expect(ended).toMatchObject({ record: completed });
      expect(ended?.ageMs).toBeGreaterThan(22.9 * 3_600_000);
      await age(25);
      await save({ ...later(snapshot, []), records: [{ key, record: running }] });
      const again = await fixture.record.findRecord(owner, key);
      expect(again).toMatchObject({ record: running });
      expect(again?.ageMs).toBeLessThan(60_000);
    });

    it('are stored with a tombstone, and erased', async () => {
      const { owner, id } = aSnapshot();
      const records = [{ key, record: completed }];
      await fixture.record.bury(owner, [{ id, revision: 2, records }]);
      await fixture.record.bury(owner, [
        { id, revision: 1, records: [{ key: 'late', record: 'hash id 1 1' }] },
      ]);
      expect(await fixture.record.findRecord(owner, key)).toMatchObject({ record: completed });
      expect(await fixture.record.findRecord(owner, 'late')).toBeDefined();
      expect(await fixture.record.findRecord({ ...owner, userId: 'bob' }, key)).toBeUndefined();
      await fixture.record.eraseRecords(owner);
      expect(await fixture.record.findRecord(owner, key)).toBeUndefined();
    });

    it('under one key of two conversations stop no batch', async () => {
      const first = aSnapshot({ records: [{ key, record: 'hash id 1 1' }] });
      const second = aSnapshot({ owner: first.owner, records: [{ key, record: 'hash id 2 1' }] });
      expect(await save(first, second)).toEqual(['saved', 'saved']);
      expect(await fixture.record.findRecord(first.owner, key)).toBeDefined();
    });
  });
});
