import { MAX_MESSAGES_PER_WRITE, type NewMessage } from '../domain/message.js';
import type { MessageRange } from '../domain/message-range.js';
import type { TurnQuery } from './turn-store.js';

/*
 * The ranges that arguments of the port must lie in. Every driver checks them before anything else, so
 * that all drivers fail alike and none fails half-way.
 */

/** @throws RangeError */
export function assertMessageCount(messages: readonly NewMessage[], atLeast: 0 | 1): void {
  if (messages.length < atLeast || messages.length > MAX_MESSAGES_PER_WRITE) {
    throw new RangeError(`A write takes ${atLeast} to ${MAX_MESSAGES_PER_WRITE} messages.`);
  }
}

/** @throws RangeError */
export function assertRange({ limit, from }: MessageRange): void {
  const isInRange =
    limit >= 0 && (from === 'end' || ('after' in from ? from.after >= 0 : from.before >= 1));
  if (!isInRange) throw new RangeError('A range takes limit >= 0, after >= 0, before >= 1.');
}

/** @throws RangeError */
export function assertTurnQuery({ after, limit }: TurnQuery): void {
  if (after >= 0 && limit >= 1) return;
  throw new RangeError('Events are read with after >= 0 and limit >= 1.');
}
