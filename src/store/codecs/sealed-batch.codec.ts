import type { TurnEvent } from '../../domain/turn.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import type { SealField } from '../sealing/seal-field.js';
import { ConversationDamagedError } from '../store.errors.js';
import { encodeBatch, type EventBatch } from './event-batch.codec.js';

/** A batch as a store on a server holds it. */
export function sealBatch(
  turnId: string,
  events: readonly TurnEvent[],
  sealing: ConversationSealing,
): EventBatch {
  const { seq, data } = encodeBatch(events);
  return { seq, data: sealing.encode(fieldOf(turnId, seq), data) };
}

/**
 * The batches that a store holds, each opened when it is asked for: a page that is full asks for no more.
 * @throws ConversationDamagedError
 */
export function* openBatches(
  conversationId: string,
  turnId: string,
  stored: readonly EventBatch[],
  sealing: ConversationSealing,
): Generator<EventBatch> {
  try {
    for (const { seq, data } of stored) {
      yield { seq, data: sealing.decode(fieldOf(turnId, seq), data) };
    }
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
