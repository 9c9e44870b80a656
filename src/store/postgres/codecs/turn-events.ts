import type { TurnEvent } from '../../../domain/turn.js';
import { sealBatch } from '../../codecs/sealed-batch.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { ChangeParts } from '../statements/change.js';

/** The part of a change that stores the events of a step of a turn. */
export function encodeEvents(
  turnId: string,
  events: readonly TurnEvent[],
  now: number,
  sealing: ConversationSealing,
): Pick<ChangeParts, 'events'> {
  if (events.length === 0) return {};
  const { seq, data } = sealBatch(turnId, events, sealing);
  return { events: { turnId, lastEventSeq: seq, eventData: data, now: new Date(now) } };
}
