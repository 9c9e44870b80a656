import type { Owner } from '../../../domain/owner.js';
import { MAX_STATE_BYTES } from '../../../domain/working-state.js';
import { decodeBranches } from '../../codecs/branches.codec.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { Snapshot, StoredRecord } from '../../snapshot.js';
import { decodeHead, largestMessageOf } from '../codecs/conversation.codec.js';
import type { TierConversationKeys } from '../redis.keys.js';

/** What read-unsaved.lua has read of a conversation. */
export type UnsavedParts = readonly [
  fields: readonly (string | null)[],
  records: readonly string[],
  elements: readonly string[] | null,
  state: string | null,
];

/** Where the conversation of a snapshot is. */
export interface SnapshotPlace {
  readonly member: string;
  readonly keys: TierConversationKeys;
  readonly owner: Owner;
  readonly id: string;
  readonly partition: number;
}

/** A snapshot, or the first part of one, and where the rest is. */
export interface Outline {
  readonly member: string;
  readonly keys: TierConversationKeys;
  readonly snapshot: Snapshot;
  /** Whether the snapshot has its elements and its state. */
  readonly isWhole: boolean;
  /** Whether the record has this revision. */
  readonly isSaved: boolean;
  readonly hasUnsavedState: boolean;
  /** Messages at the start that only the record has. */
  readonly base: number;
  /** Of the largest message. */
  readonly largest: number;
}

/** @throws ConversationDamagedError */
export function decodeOutline(
  { member, keys, owner, id, partition }: SnapshotPlace,
  [fields, flatRecords, elements, stateText]: UnsavedParts,
): Outline {
  const [head, title, externalId, metadata, ...counts] = fields;
  const [revision, base, saved, savedCount, stateVersion, savedState, branches, forkedFrom] =
    counts as readonly unknown[] as Counts;
  // Its texts travel as they are: nobody has to open them.
  const decoded = decodeHead(id, fields);
  const { messageCount, leafSeq } = decoded;
  const hasUnsavedState = Number(stateVersion) !== Number(savedState);
  const snapshot: Mutable<Snapshot> = {
    owner,
    id,
    partition,
    revision: Number(revision),
    status: decoded.status,
    metadata: metadata ?? '{}',
    version: decoded.version,
    messageCount,
    branches: decodeBranches(id, branches ?? ''),
    createdAt: decoded.createdAt.getTime(),
    updatedAt: decoded.updatedAt.getTime(),
    lastAccessedAt: decoded.lastAccessedAt.getTime(),
    firstSeq: Number(savedCount) + 1,
    elements: elements ?? [],
    records: toRecords(flatRecords),
  };
  if (snapshot.branches !== '' || leafSeq !== messageCount) snapshot.leafSeq = leafSeq;
  if (title != null) snapshot.title = title;
  if (externalId != null) snapshot.externalId = externalId;
  if (forkedFrom !== null) snapshot.forkedFrom = forkedFrom;
  if (stateText !== null) snapshot.state = { text: stateText, version: Number(stateVersion) };
  const isPlausible =
    snapshot.revision > 0 &&
    Number(base) <= Number(savedCount) &&
    Number(savedCount) <= messageCount;
  if (!isPlausible) throw new ConversationDamagedError(id, 'Its counts cannot be true.');
  return {
    member,
    keys,
    isWhole: elements !== null && (!hasUnsavedState || stateText !== null),
    isSaved: snapshot.revision === Number(saved),
    hasUnsavedState,
    base: Number(base),
    largest: largestMessageOf([head ?? null]),
    snapshot,
  };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Each null for 0, or for none. */
type Counts = readonly [
  revision: string | null,
  base: string | null,
  saved: string | null,
  savedCount: string | null,
  stateVersion: string | null,
  savedState: string | null,
  branches: string | null,
  forkedFrom: string | null,
];

/** How many messages of it the record does not have. */
export function unsavedCountOf({ snapshot }: Outline): number {
  return snapshot.messageCount - snapshot.firstSeq + 1;
}

export function mostBytesOf(outline: Outline): number {
  const { largest, hasUnsavedState } = outline;
  return unsavedCountOf(outline) * largest + (hasUnsavedState ? MAX_STATE_BYTES : 0);
}

function toRecords(flat: readonly string[]): StoredRecord[] {
  const records: StoredRecord[] = [];
  for (let i = 0; i < flat.length; i += 2) {
    records.push({ key: flat[i] as string, record: flat[i + 1] as string });
  }
  return records;
}
