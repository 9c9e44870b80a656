import { validate } from 'uuid';
import { isSameMessage } from '../../codecs/stored-element.js';
import type { Snapshot } from '../../snapshot.js';
import type { StoredHead } from './locked-heads.js';

/**
 * `saved`: the record has this revision or a higher one. `deleted`: it has a tombstone of this revision or a
 * higher one. `mismatch`: what is stored is no beginning of the snapshot, or the snapshot cannot be stored.
 * `fenced`: the number of the flush is not higher than the last one of its partition, or that one is lower than
 * what was committed. Of the latter three nothing was written.
 */
export type SaveResult = 'saved' | 'deleted' | 'mismatch' | 'fenced';

/** A line feed separates the elements of a batch, and PostgreSQL takes no NUL. JSON escapes both. */
const UNSTORABLE = /[\n\0]/;

/** Whether a snapshot holds what it counts. One that does not must not stop the others of its batch. */
export function isStorable({ id, messageCount, firstSeq, elements }: Snapshot): boolean {
  return (
    validate(id) &&
    firstSeq >= 1 &&
    firstSeq + elements.length === messageCount + 1 &&
    elements.every((element) => element !== '' && !UNSTORABLE.test(element))
  );
}

/** What to do with a snapshot where this is stored. Its messages are compared next, if it is to be written. */
export function verdictOn(
  { revision, createdAt, firstSeq }: Snapshot,
  stored: StoredHead | undefined,
): Exclude<SaveResult, 'fenced'> | 'write' {
  if (!stored || stored.isTombstone) {
    if (stored && stored.revision >= revision) return 'deleted';
    return firstSeq === 1 ? 'write' : 'mismatch';
  }
  // Another conversation had the id, and has no tombstone.
  if (stored.createdAt !== createdAt) return 'mismatch';
  if (stored.revision >= revision) return 'saved';
  return firstSeq - 1 > stored.messageCount ? 'mismatch' : 'write';
}

/** A message that is stored. */
export interface Element {
  readonly seq: number;
  readonly body: string;
}

/** Messages that are to be stored, each body with its seq. */
export interface Missing {
  readonly seqs: readonly number[];
  readonly bodies: readonly string[];
}

/**
 * The elements of a snapshot that are not stored. Undefined: another one is stored under a seq.
 * @param stored from its first seq on, those that its conversation does not count included
 */
export function missingElements(
  { firstSeq, elements }: Snapshot,
  stored: readonly Element[],
): Missing | undefined {
  // Nearly always.
  if (stored.length === 0) return { seqs: elements.map((_, i) => firstSeq + i), bodies: elements };
  const missing = new Map(elements.map((body, i) => [firstSeq + i, body]));
  for (const { seq, body } of stored) {
    const element = missing.get(seq);
    if (element === undefined || !isSameMessage(element, body)) return undefined;
    missing.delete(seq);
  }
  return { seqs: [...missing.keys()], bodies: [...missing.values()] };
}
