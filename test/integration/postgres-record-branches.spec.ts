import { describe, expect, it } from '@jest/globals';
import { aSnapshot, elements, later, LAYOUTS, useRecord } from '../support/postgres-record.js';

const FIRST = '000000030000000100000000';
const SECOND = '000000040000000100000003';

describe.each(LAYOUTS)('branches in the record, on %s', (_, partitions) => {
  const fixture = useRecord(partitions);
  const { save, load, rowsOf } = fixture;

  it('are loaded as they were saved, with their leaf', async () => {
    const snapshot = aSnapshot({ elements: elements('a', 'b', 'c'), leafSeq: 3, branches: FIRST });
    expect(await save(snapshot)).toEqual(['saved']);
    expect(await load(snapshot)).toMatchObject({ leafSeq: 3, branches: FIRST });
    const switched = later(snapshot, [], { leafSeq: 2 });
    await save(switched);
    expect(await load(snapshot)).toMatchObject({ leafSeq: 2, branches: FIRST });
    const next = later(switched, elements('d'), { leafSeq: 4, branches: FIRST + SECOND });
    await save(next);
    await save(switched);
    expect(await load(snapshot)).toMatchObject({ leafSeq: 4, branches: FIRST + SECOND });
  });

  it('are none of a conversation without any, and its leaf is not told', async () => {
    const snapshot = aSnapshot();
    await save(snapshot);
    const loaded = await load(snapshot);
    expect(loaded).toMatchObject({ branches: '' });
    expect(loaded).not.toHaveProperty('leafSeq');
    await save(later(snapshot, [], { leafSeq: 1 }));
    expect(await load(snapshot)).toMatchObject({ leafSeq: 1, branches: '' });
  });

  it('are told with messages by a read, and not by a read of older ones', async () => {
    const snapshot = aSnapshot({ elements: elements('a', 'b', 'c'), leafSeq: 3, branches: FIRST });
    await save(snapshot);
    const { owner, id } = snapshot;
    const read = await fixture.record.read(owner, id, { limit: 9, from: 'end' });
    expect(read.messages.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(read.messages[1]).toMatchObject({ parentSeq: 1, siblings: [2, 3] });
    const older = await fixture.record.readOlder(owner, id, { limit: 9, from: 'end', branch: 2 });
    expect(older.messages.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(older.leafSeq).toBe(2);
    for (const message of older.messages) {
      expect(message).not.toHaveProperty('siblings');
      expect(message).not.toHaveProperty('parentSeq');
    }
    const all = { limit: 9, from: { after: 1 }, branch: 'all' } as const;
    const inOrder = await fixture.record.readOlder(owner, id, all);
    expect(inOrder.messages.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('leave nothing in a tombstone', async () => {
    const snapshot = aSnapshot({ elements: elements('a', 'b', 'c'), leafSeq: 2, branches: FIRST });
    await save(snapshot);
    await fixture.record.bury(snapshot.owner, [{ id: snapshot.id, revision: 2, records: [] }]);
    const text = 'SELECT leaf_seq, branches, forked_from FROM conversations WHERE id = $1';
    expect(await rowsOf(text, [snapshot.id])).toEqual([
      { leaf_seq: null, branches: '', forked_from: null },
    ]);
  });

  it('may be 1,000 of each conversation of a batch', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => String(i + 2).padStart(8, '0'));
    const branches = many.map((seq) => `${seq}${'0'.repeat(16)}`).join('');
    const contents = elements(...Array.from({ length: 1_001 }, String));
    const batch = Array.from({ length: 3 }, () =>
      aSnapshot({ elements: contents, leafSeq: 1_001, branches }),
    );
    expect(await save(...batch, aSnapshot())).toEqual(['saved', 'saved', 'saved', 'saved']);
    for (const snapshot of batch) {
      expect(await load(snapshot)).toMatchObject({ leafSeq: 1_001, branches });
    }
  });
});
