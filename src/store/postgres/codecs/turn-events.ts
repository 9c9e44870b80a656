import type { TurnEvent } from '../../../domain/turn.js';
import { encodeBatch, type EventBatch } from '../../codecs/event-batch.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { ChangeParts } from '../statements/change.js';

/** The part of a change that stores the events of a step of a turn. */
export function encodeEvents(
  turnId: string,
  events: readonly TurnEvent[],
  now: number,
  sealing: ConversationSealing,
): Pick<ChangeParts, 'events'> {
  if (events.length === 0) return {};
  const { seq, data } = encodeBatch(events);
  const eventData = sealing.encode(`events ${turnId} ${seq}`, data);
  return { events: { turnId, lastEventSeq: seq, eventData, now: new Date(now) } };
}

/**
 * Batches as they are stored. Each is opened when it is asked for: a page that is full asks for no more.
 * @throws ConversationDamagedError
 */
export function* decodeEvents(
  conversationId: string,
  turnId: string,
  stored: readonly (readonly [seq: number, data: string])[],
  sealing: ConversationSealing,
): Generator<EventBatch> {
  try {
    for (const [seq, data] of stored) {
      yield { seq, data: sealing.decode(`events ${turnId} ${seq}`, data) };
    }
  } catch (cause) {
    throw new ConversationDamagedError(conversationId, 'Events of a turn cannot be read.', {
      cause,
    });
  }
}
