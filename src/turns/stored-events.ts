import type { Message } from '../domain/message.js';
import type { Turn } from '../domain/turn.js';
import { TurnFailedError } from '../domain/turn.errors.js';
import { ABORT, errorChunk, FINISH, metadataChunk, startChunk, type Chunk } from './chunk.js';
import { chunksOf } from './part-chunks.js';
import type { FollowedEvent } from './turn-follower.js';

/** Events made of the stored messages, for a turn whose own events the store has no more. */
export function storedEvents(turn: Turn, replies: readonly Message[]): FollowedEvent[] {
  const messages = replies.flatMap(({ id, parts, metadata }) => [
    startChunk(id, { turnId: turn.id, userSeq: turn.userSeq }),
    ...parts.flatMap((part, i) => chunksOf(part, String(i + 1))),
    ...(metadata ? [metadataChunk(metadata)] : []),
  ]);
  return [...messages, endOf(turn)].map((chunk) => ({ data: JSON.stringify(chunk) }));
}

function endOf({ status }: Turn): Chunk {
  if (status === 'completed') return FINISH;
  return status === 'cancelled' ? ABORT : errorChunk(new TurnFailedError());
}
