import { MAX_MESSAGES_PER_WRITE, type NewMessage } from '../domain/message.js';
import type { MessageRange } from '../domain/message-range.js';
import type { TurnEvent } from '../domain/turn.js';
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
export function assertRange({ limit, from, branch = 1 }: MessageRange): void {
  const isInRange =
    limit >= 0 &&
    (branch === 'all' || branch >= 1) &&
    (from === 'end' || ('after' in from ? from.after >= 0 : from.before >= 1));
  if (!isInRange)
    throw new RangeError('A range takes limit >= 0, after >= 0, before >= 1, branch >= 1.');
}

/** @throws RangeError */
export function assertTurnQuery({ after, maxBytes, followMs = 0 }: TurnQuery): void {
  if (after >= 0 && maxBytes >= 1 && followMs >= 0) return;
  throw new RangeError('Events are read with after >= 0, maxBytes >= 1 and followMs >= 0.');
}

/**
 * Events that a store holds as one entry: that of its last seq tells those of all.
 * @throws RangeError
 */
export function assertEvents(events: readonly TurnEvent[]): void {
  const first = events[0]?.seq ?? 1;
  const isBatch = events.every(({ seq, data }, i) => seq === first + i && !data.includes('\n'));
  if (first >= 1 && isBatch) return;
  throw new RangeError('Events follow each other from seq 1 on, and each is one line.');
}
