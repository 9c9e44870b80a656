import type { Message } from '../domain/message.js';
import type { Chunk } from './chunk.js';
import { InvalidOutputError } from './invalid-output.error.js';
import { chunksOf } from './part-chunks.js';
import type { FollowedEvent, TurnEvents } from './turn-follower.js';

/**
 * The events of a turn for a client that has nothing of its reply. When the turn goes on with a message, what that had before
 * follows the event `start`: otherwise the client would show the message without it.
 * @param answered the message that the turn answers
 */
export function withKnownParts(events: TurnEvents, answered: Message): TurnEvents {
  if (answered.role !== 'assistant') return events;
  return {
    async *[Symbol.asyncIterator]() {
      let isFirst = true;
      for await (const batch of events) {
        const [start, ...rest] = batch;
        if (!isFirst || !start) {
          yield batch;
          continue;
        }
        isFirst = false;
        yield beginsWith(start, answered.id)
          ? [...insertBehind(start, eventsOf(answered)), ...rest]
          : batch;
      }
    },
    close: () => events.close(),
  };
}

/** A message of the assistant that somebody has sent as the message of a turn has another id than the reply. */
function beginsWith({ data }: FollowedEvent, messageId: string): boolean {
  const { type, messageId: id } = JSON.parse(data) as Chunk;
  return type === 'start' && id === messageId;
}

/**
 * The turn has not sent what is inserted, so that only the last one has a number: that of `start`. A client that has this
 * number has all of it, and resumes behind it.
 */
function insertBehind(start: FollowedEvent, inserted: readonly FollowedEvent[]): FollowedEvent[] {
  const last = inserted.at(-1);
  if (!last || start.seq === undefined) return [start, ...inserted];
  return [{ data: start.data }, ...inserted.slice(0, -1), { ...last, seq: start.seq }];
}

function eventsOf({ parts }: Message): FollowedEvent[] {
  return parts.flatMap((part, i) => {
    try {
      const chunks = withoutCalls(chunksOf(part, String(i + 1)));
      return chunks.map((chunk) => ({ data: JSON.stringify(chunk) }));
    } catch (error) {
      // Somebody has appended the message with a part that the AI SDK would refuse the whole stream for.
      if (error instanceof InvalidOutputError) return [];
      throw error;
    }
  });
}

/**
 * A client runs its tool when the input of a call is complete. A call that has its result must not run again: its input comes
 * as one that is on its way, and then the result.
 */
function withoutCalls(chunks: readonly Chunk[]): readonly Chunk[] {
  const hasResult = chunks.some(({ type }) => type.startsWith('tool-output-'));
  if (!hasResult) return chunks;
  return chunks.flatMap((chunk) => {
    if (chunk.type !== 'tool-input-available') return [chunk];
    const { input, ...call } = chunk;
    const inputTextDelta = JSON.stringify(input);
    return [
      { ...call, type: 'tool-input-start' },
      { type: 'tool-input-delta', toolCallId: call['toolCallId'], inputTextDelta },
    ];
  });
}
