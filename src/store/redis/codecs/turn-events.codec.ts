import type { TurnEvent } from '../../../domain/turn.js';

/** Events as scripts take and return them: seq, data, seq, data … */
export function encodeEvents(events: readonly TurnEvent[]): (string | number)[] {
  return events.flatMap(({ seq, data }) => [seq, data]);
}

export function decodeEvents(flat: readonly string[]): TurnEvent[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    seq: Number(flat[2 * i]),
    data: flat[2 * i + 1] as string,
  }));
}
