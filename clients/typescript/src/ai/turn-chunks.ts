import type { UIMessageChunk } from 'ai';
import type { ConversationClient } from '../conversation-client.js';
import type { TurnEvent } from '../model.js';
import { ProblemError, UNREACHABLE } from '../problem-error.js';
import type { TurnStream } from '../turns/turn-stream.js';
import type { ChatRecord } from './chat-record.js';
import { toPlace, type StoredPlace } from './stored-message.js';

/** What the chunks of a turn belong to. */
export interface TurnOfChat {
  readonly client: ConversationClient;
  readonly chatId: string;
  readonly record: ChatRecord;
  /** The message of the chat that the turn answers or goes on with; undefined when the transport did not send it. */
  readonly messageId: string | undefined;
}

/** The messages at the end of a branch among which those of a turn are looked for. */
const END_OF_BRANCH = 10;
/** Milliseconds after which a chat learns the place of its reply later, when it needs that. */
const PLACE_TIMEOUT_MS = 3_000;

/**
 * The events of a turn as chunks of a chat. Before the last one, the reply gets its {@link StoredPlace}.
 * @throws ProblemError when the turn has failed, and a TypeError when its stream cannot be resumed
 */
export async function* toChunks(
  stream: TurnStream,
  turn: TurnOfChat,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  let replyId: string | undefined;
  try {
    for await (const event of stream) {
      if (event.type === 'start') replyId = readStart(event, turn);
      if (event.type === 'error') throw problemIn(event);
      if (event.type === 'finish' || event.type === 'abort') {
        const place = replyId === undefined ? undefined : await findPlace(replyId, turn);
        if (place) yield placeChunk(place);
      }
      yield event as unknown as UIMessageChunk;
    }
  } catch (error) {
    throw toChatError(error);
  }
}

/** Learns where the message is stored that the turn answers: from now on it is known to be. Gives the id of the reply. */
function readStart(
  { messageId, messageMetadata }: Extract<TurnEvent, { type: 'start' }>,
  turn: TurnOfChat,
): string | undefined {
  const userSeq = messageMetadata?.userSeq;
  if (turn.messageId !== undefined) {
    turn.record.settle(turn.messageId);
    if (userSeq !== undefined) turn.record.locate(turn.messageId, userSeq);
    // It goes on, and is stored at another place when it has ended.
    if (messageId === turn.messageId) turn.record.loosen(messageId);
  }
  return messageId;
}

async function findPlace(
  replyId: string,
  { client, chatId, record }: TurnOfChat,
): Promise<StoredPlace | undefined> {
  try {
    const signal = AbortSignal.timeout(PLACE_TIMEOUT_MS);
    const { data } = await client.listMessages(chatId, { limit: END_OF_BRANCH }, { signal });
    record.learn(data);
    const reply = data.find(({ id }) => id === replyId);
    return reply && toPlace(reply);
  } catch {
    return undefined;
  }
}

function placeChunk(place: StoredPlace): UIMessageChunk {
  return { type: 'message-metadata', messageMetadata: { conversationStore: place } };
}

function problemIn({ problem, errorText }: Extract<TurnEvent, { type: 'error' }>): Error {
  return problem ? new ProblemError(problem) : new Error(errorText);
}

/** The AI SDK takes a TypeError of these words for a lost connection, which it can resume. */
function toChatError(error: unknown): unknown {
  const isLost = error instanceof ProblemError && error.slug === UNREACHABLE;
  return isLost ? new TypeError('network error', { cause: error }) : error;
}
