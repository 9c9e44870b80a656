import type { TurnEvent } from '../../../domain/turn.js';
import { encodeBatch, type EventBatch } from '../../codecs/event-batch.codec.js';

/** Events as scripts take them: the seqs of the first and the last one, and the data of all as one value. */
export function encodeEvents(events: readonly TurnEvent[]): {
  readonly eventSeqs: string;
  readonly eventData: string;
} {
  const [first] = events;
  if (!first) return { eventSeqs: '', eventData: '' };
  const { seq, data } = encodeBatch(events);
  return { eventSeqs: `${first.seq}-${seq}`, eventData: data };
}

/** Batches as scripts return them: seq, data, seq, data … */
export function decodeBatches(flat: readonly string[]): EventBatch[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    seq: Number(flat[2 * i]),
    data: flat[2 * i + 1] as string,
  }));
}
