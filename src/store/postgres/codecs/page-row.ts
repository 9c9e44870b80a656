import type { MessageRange } from '../../../domain/message-range.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { ConversationRow } from './conversation-row.codec.js';

/** A conversation and a page of its messages. */
export interface PageRow extends ConversationRow {
  readonly now: Date;
  /** Separated by line feeds; null for a page without messages. */
  readonly bodies: string | null;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly count: number;
  /** Messages of the range, also those that did not fit into the page. */
  readonly found: number;
}

export function bodiesOf({ bodies }: PageRow): string[] {
  return bodies?.split('\n') ?? [];
}

/** @throws ConversationDamagedError when messages are missing, or there are more than it counts */
export function assertComplete(row: PageRow, { limit, from }: MessageRange): void {
  const { id, message_count: total, first_seq: first, last_seq: last, count, found } = row;
  const isForwards = from !== 'end' && 'after' in from;
  const end = from === 'end' ? total : isForwards ? total : Math.min(from.before - 1, total);
  const start = isForwards ? Math.min(from.after, total) : 0;
  const isWhole = found === Math.min(limit, end - start);
  const isInPlace = first === null || (isForwards ? first === start + 1 : last === end);
  const isGapless = first === null || last === null || last - first + 1 === count;
  if (!isWhole || !isInPlace || !isGapless) {
    throw new ConversationDamagedError(id, 'Some of its messages are missing.');
  }
}
