import type { TurnEvent } from '../../../domain/turn.js';
import type { EventBatch } from '../../codecs/event-batch.codec.js';
import { sealBatch } from '../../codecs/sealed-batch.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';

/** Events as scripts take them: the seqs of the first and the last one, and the data of all as one value. */
export function encodeEvents(
  turnId: string,
  events: readonly TurnEvent[],
  sealing: ConversationSealing,
): { readonly eventSeqs: string; readonly eventData: string } {
  const [first] = events;
  if (!first) return { eventSeqs: '', eventData: '' };
  const { seq, data } = sealBatch(turnId, events, sealing);
  return { eventSeqs: `${first.seq}-${seq}`, eventData: data };
}

/** Batches as scripts return them: seq, data, seq, data … */
export function toBatches(flat: readonly string[]): EventBatch[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => ({
    seq: Number(flat[2 * i]),
    data: flat[2 * i + 1] as string,
  }));
}
