import type { TurnEvent } from '../../../domain/turn.js';
import { encodeBatch, type EventBatch } from '../../codecs/event-batch.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { SealField } from '../../sealing/seal-field.js';
import { ConversationDamagedError } from '../../store.errors.js';

/** Events as scripts take them: the seqs of the first and the last one, and the data of all as one value. */
export function encodeEvents(
  turnId: string,
  events: readonly TurnEvent[],
  sealing: ConversationSealing,
): { readonly eventSeqs: string; readonly eventData: string } {
  const [first] = events;
  if (!first) return { eventSeqs: '', eventData: '' };
  const { seq, data } = encodeBatch(events);
  return {
    eventSeqs: `${first.seq}-${seq}`,
    eventData: sealing.encode(fieldOf(turnId, seq), data),
  };
}

/**
 * Batches as scripts return them: seq, data, seq, data … Each is opened when it is asked for: a page that is full asks
 * for no more.
 * @throws ConversationDamagedError
 */
export function* decodeBatches(
  conversationId: string,
  turnId: string,
  flat: readonly string[],
  sealing: ConversationSealing,
): Generator<EventBatch> {
  for (let i = 0; i < flat.length; i += 2) {
    const seq = Number(flat[i]);
    yield { seq, data: open(conversationId, fieldOf(turnId, seq), flat[i + 1] as string, sealing) };
  }
}

function open(
  conversationId: string,
  field: SealField,
  data: string,
  sealing: ConversationSealing,
): string {
  try {
    return sealing.decode(field, data);
  } catch (cause) {
    throw new ConversationDamagedError(conversationId, 'Events of a turn cannot be read.', {
      cause,
    });
  }
}

/** A batch is sealed with its turn and the seq of its last event. */
function fieldOf(turnId: string, seq: number): SealField {
  return `events ${turnId} ${seq}`;
}
