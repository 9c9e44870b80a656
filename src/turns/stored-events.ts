import type { Message } from '../domain/message.js';
import type { Turn } from '../domain/turn.js';
import { TurnFailedError } from '../domain/turn.errors.js';
import { ABORT, errorChunk, FINISH, startChunk, type Chunk } from './chunk.js';
import { chunksOf, resultChunksOf } from './part-chunks.js';
import type { FollowedEvent } from './turn-follower.js';

/**
 * Events made of the stored messages, for a turn whose own events the store has no more.
 * @param knownParts the parts of the message that the turn answers: a reply that goes on with it begins with them, and
 *   the client has them, but not the results that their calls have got since
 */
export function storedEvents(
  turn: Turn,
  replies: readonly Message[],
  knownParts = 0,
): FollowedEvent[] {
  const messages = replies.flatMap(({ id, parts, metadata, supersedes }) => {
    const known = supersedes === turn.userSeq ? knownParts : 0;
    return [
      startChunk(id, { ...metadata, turnId: turn.id, userSeq: turn.userSeq }),
      ...parts.slice(0, known).flatMap(resultChunksOf),
      ...parts.slice(known).flatMap((part, i) => chunksOf(part, String(i + 1))),
    ];
  });
  return [...messages, endOf(turn)].map((chunk) => ({ data: JSON.stringify(chunk) }));
}

function endOf({ status }: Turn): Chunk {
  if (status === 'completed') return FINISH;
  return status === 'cancelled' ? ABORT : errorChunk(new TurnFailedError());
}
