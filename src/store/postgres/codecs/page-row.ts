import type { MessageRange, Span } from '../../../domain/message-range.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { BranchedRow } from './conversation-row.codec.js';

export interface BodiesRow {
  /** Separated by line feeds; null for a page without messages. */
  readonly bodies: string | null;
  /** Messages of the range, also those that did not fit into the page. */
  readonly found: number;
}

/** A conversation and a page of its messages. */
export interface PageRow extends BranchedRow, BodiesRow {
  readonly now: Date;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly count: number;
}

export function bodiesOf({ bodies }: BodiesRow): string[] {
  return bodies?.split('\n') ?? [];
}

/** The messages of some seqs, ascending; undefined when the row does not have all of them. */
export function bodiesAt(row: PageRow, seqs: readonly number[]): string[] | undefined {
  const { first_seq: first, last_seq: last, count } = row;
  const [start] = seqs;
  if (start === undefined) return [];
  if (first === null || last === null || last - first + 1 !== count) return undefined;
  if (start < first || (seqs.at(-1) ?? 0) > last) return undefined;
  const bodies = bodiesOf(row);
  return seqs.map((seq) => bodies[seq - first] ?? '');
}

/**
 * Checks a page of the first `total` messages of a conversation.
 * @throws ConversationDamagedError when messages are missing, or there are more than it counts
 */
export function assertComplete(row: PageRow, { limit, from }: MessageRange, total: number): void {
  const { id, first_seq: first, last_seq: last, count, found } = row;
  const isForwards = from !== 'end' && 'after' in from;
  const end = from === 'end' ? total : isForwards ? total : Math.min(from.before - 1, total);
  const start = isForwards ? Math.min(from.after, total) : 0;
  const isWhole = found === Math.min(limit, end - start);
  const isInPlace = first === null || (isForwards ? first === start + 1 : last === end);
  const isGapless = first === null || last === null || last - first + 1 === count;
  if (!isWhole || !isInPlace || !isGapless) throw messagesMissing(id);
}

export function seqsIn(spans: readonly Span[]): number[] {
  return spans.flatMap(({ first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
}

export function messagesMissing(id: string): ConversationDamagedError {
  return new ConversationDamagedError(id, 'Some of its messages are missing.');
}
