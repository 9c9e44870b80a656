import type { Snapshot } from '../../snapshot.js';
import { storedLeaf } from '../codecs/leaf-column.js';
import type { SqlValue } from '../statements/statement.js';
import type { StoredHead } from './locked-heads.js';
import type { RecordChange } from './record-changes.js';
import { textArray, wordArray } from './array-literals.js';
import type { Missing } from './save-verdict.js';
import { SAVE } from './statements/save.js';

/** A snapshot that is to be written. */
export interface Write {
  readonly snapshot: Snapshot;
  /** The key of its owner. */
  readonly owner: string;
  readonly id: string;
  /** What it replaces. */
  readonly stored: StoredHead | undefined;
  readonly missing: Missing;
  /** Bytes that are charged to the quota. */
  readonly bytes: number;
}

/** The values of SAVE. */
export function saveValues(
  writes: readonly Write[],
  records: readonly RecordChange[],
): readonly SqlValue[] {
  return SAVE.values({
    ...encodeHeads(writes),
    ...encodeElements(writes),
    ...encodeOwners(writes, records),
    ...encodeRecords(records),
  });
}

function encodeHeads(writes: readonly Write[]) {
  const snapshots = writes.map(({ snapshot }) => snapshot);
  return {
    owners: textArray(writes.map(({ owner }) => owner)),
    ids: textArray(writes.map(({ id }) => id)),
    statuses: wordArray(snapshots.map(({ status }) => status)),
    titles: textArray(snapshots.map(({ title }) => title ?? null)),
    externalIds: textArray(snapshots.map(({ externalId }) => externalId ?? null)),
    forkedFrom: textArray(snapshots.map(({ forkedFrom }) => forkedFrom ?? null)),
    metadata: textArray(snapshots.map(({ metadata }) => metadata)),
    messageCounts: wordArray(snapshots.map(({ messageCount }) => messageCount)),
    leafSeqs: wordArray(snapshots.map((snapshot) => storedLeaf(snapshot) ?? 'NULL')),
    branches: textArray(snapshots.map(({ branches }) => branches)),
    versions: wordArray(snapshots.map(({ version }) => version)),
    revisions: wordArray(snapshots.map(({ revision }) => revision)),
    createdAt: wordArray(snapshots.map(({ createdAt }) => createdAt)),
    updatedAt: wordArray(snapshots.map(({ updatedAt }) => updatedAt)),
    accessedAt: wordArray(snapshots.map(({ lastAccessedAt }) => lastAccessedAt)),
    bytes: wordArray(writes.map(({ bytes }) => bytes)),
    states: textArray(snapshots.map(({ state }) => state?.text ?? null)),
    stateVersions: wordArray(snapshots.map(({ state }) => state?.version ?? 0)),
  };
}

/** One text for all bodies: pg would quote each element of an array, and PostgreSQL parse it. */
function encodeElements(writes: readonly Write[]) {
  const positions: number[] = [];
  const seqs: number[] = [];
  const bodies: string[] = [];
  for (const [i, { missing }] of writes.entries()) {
    for (const seq of missing.seqs) {
      positions.push(i + 1);
      seqs.push(seq);
    }
    for (const body of missing.bodies) bodies.push(body);
  }
  return {
    positions: wordArray(positions),
    seqs: wordArray(seqs),
    bodies: bodies.join('\n'),
  };
}

function encodeOwners(writes: readonly Write[], records: readonly RecordChange[]) {
  const owners = new Map<string, { conversations: number; bytes: number }>();
  const add = (owner: string, conversations: number, bytes: number): void => {
    const sum = owners.get(owner);
    if (!sum) owners.set(owner, { conversations, bytes });
    else {
      sum.conversations += conversations;
      sum.bytes += bytes;
    }
  };
  for (const { owner, stored, bytes } of writes) {
    const isNew = !stored || stored.isTombstone;
    add(owner, isNew ? 1 : 0, bytes - (stored?.bytes ?? 0));
  }
  for (const { owner, addedBytes } of records) add(owner, 0, addedBytes);
  const changes = [...owners].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    changedOwners: textArray(changes.map(([owner]) => owner)),
    addedConversations: wordArray(changes.map(([, { conversations }]) => conversations)),
    addedBytes: wordArray(changes.map(([, { bytes }]) => bytes)),
  };
}

/** As the statements with `RECORDED` take them. */
export function encodeRecords(records: readonly RecordChange[]): {
  recordOwners: SqlValue;
  keys: SqlValue;
  records: SqlValue;
  recordTimes: SqlValue;
} {
  return {
    recordOwners: records.map(({ owner }) => owner),
    keys: records.map(({ key }) => key),
    records: records.map(({ record }) => record),
    recordTimes: records.map(({ createdAt }) => createdAt),
  };
}
