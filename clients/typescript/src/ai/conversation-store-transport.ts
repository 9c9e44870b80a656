import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import type { ConversationClient } from '../conversation-client.js';
import { reasonOf, unlessAborted } from '../http/delay.js';
import type { TurnPolicy } from '../model.js';
import { ProblemError } from '../problem-error.js';
import type { TurnStream } from '../turns/turn-stream.js';
import { ChatRecord } from './chat-record.js';
import { FollowedTurn } from './followed-turn.js';
import { messageOf } from './stored-messages.js';
import { toUIMessages, type StoredPlace, type StoredUIMessage } from './stored-message.js';
import { toChunks, type TurnOfChat } from './turn-chunks.js';
import { TurnRequests, type TurnOfMessage } from './turn-requests.js';

export interface TransportOptions {
  readonly client: ConversationClient;
  /** While another turn runs in the conversation: fail with 409 (when absent), wait for its end, or cancel it. */
  readonly onConflict?: TurnPolicy;
}

export interface LoadQuery {
  /** How many messages at most: 1 to 200; 50 when absent. */
  readonly limit?: number | undefined;
  /** Only messages with a lower `seq`: the page before the one that begins with it. */
  readonly before?: number | undefined;
  /** The branch that ends at this message; the active one when absent. Pass the `leafSeq` of the page behind this one. */
  readonly leaf?: number | undefined;
}

export interface LoadedMessages<Chat extends UIMessage> {
  readonly messages: Chat[];
  /** Whether there are older messages than these. */
  readonly hasMore: boolean;
  /** The last message of the branch. */
  readonly leafSeq: number;
}

type SendOptions<Chat extends UIMessage> = Parameters<ChatTransport<Chat>['sendMessages']>[0];
type ReconnectOptions<Chat extends UIMessage> = Parameters<
  ChatTransport<Chat>['reconnectToStream']
>[0];

/**
 * Chats of the AI SDK (6 and 7) on stored conversations: the id of a chat is that of its conversation. One transport serves
 * any number of chats.
 *
 * What a chat asks becomes a turn: a new message; an edited one, which begins a branch; an answer again, which becomes a
 * sibling of the former one; the results of tools and the approvals for which the assistant waits. A turn is sent under a key
 * of its own, so that a request that is repeated stores nothing twice. `stop()` of the chat cancels the turn.
 *
 * Errors of the chat are a `ProblemError`, or have one as their `cause`: `problemOf(error)` gives it.
 */
export class ConversationStoreTransport<
  Chat extends UIMessage = StoredUIMessage,
> implements ChatTransport<Chat> {
  /** For the AI SDK: a chat that reconnects gets the reply from its beginning. */
  readonly resumeStreamIsReplay = true;
  private readonly client: ConversationClient;
  private readonly onConflict: TurnPolicy | undefined;
  private readonly requests: TurnRequests;
  private readonly records = new Map<string, ChatRecord>();

  constructor({ client, onConflict }: TransportOptions) {
    this.client = client;
    this.onConflict = onConflict;
    this.requests = new TurnRequests(client);
  }

  /**
   * The messages of a conversation, for the chat: the latest ones of the active branch by default. A turn that the chat has
   * just stopped is waited for, so that its partial reply is among them.
   * @throws ProblemError
   */
  async load(chatId: string, query: LoadQuery = {}): Promise<LoadedMessages<Chat>> {
    const record = this.recordOf(chatId);
    await record.stopping;
    const { data, hasMore, leafSeq } = await this.client.listMessages(chatId, query);
    record.learn(data);
    return { messages: toUIMessages<Chat>(data), hasMore, leafSeq };
  }

  /**
   * Where a message of the chat is stored: also one of the user, which has no metadata in the chat. Undefined while it is not
   * known: until the turn has ended.
   */
  placeOf(chatId: string, messageId: string): StoredPlace | undefined {
    const place = this.recordOf(chatId).place(messageId);
    if (place?.parentSeq === undefined || !place.siblings || place.createdAt === undefined) {
      return undefined;
    }
    const { seq, parentSeq, siblings, createdAt } = place;
    return { seq, parentSeq, siblings, createdAt };
  }

  /**
   * Asks the turn that the chat follows to end. Unlike after `stop()` of the chat, the chat goes on to show what the turn has
   * said up to its end, and the mark `cancelled`.
   * @throws ProblemError
   */
  async cancelTurn(chatId: string): Promise<void> {
    await this.recordOf(chatId).followed?.cancel();
  }

  /**
   * The chat leaves the turn that it follows, which runs on: call it when the page is left, and `resumeStream()` later. A
   * turn that has not begun yet is left when it has: its message may still be on its way.
   */
  leave(chatId: string): void {
    this.recordOf(chatId).followed?.leave();
  }

  /** The chat is back: a turn that it has left, and that has not begun yet, is followed after all. */
  stay(chatId: string): void {
    this.recordOf(chatId).followed?.stay();
  }

  /** All chats leave their turns, which run on. */
  leaveAll(): void {
    for (const { followed } of this.records.values()) followed?.leave();
  }

  /** For the AI SDK. */
  async sendMessages(options: SendOptions<Chat>): Promise<ReadableStream<UIMessageChunk>> {
    const { chatId, abortSignal, body } = options;
    const record = this.recordOf(chatId);
    record.learnFromChat(options.messages);
    this.requests.noteUnsent(record, options);
    // Otherwise the turn that the user has stopped would refuse this one.
    await unlessAborted(record.stopping, abortSignal);
    const { messageId, turn, idempotencyKey } = await this.requests.toTurn(record, options);
    if (abortSignal?.aborted) throw reasonOf(abortSignal);
    const policy = this.onConflict && { onConflict: this.onConflict };
    const sent = { ...policy, ...body, ...turn };
    record.noteSent(messageId, { turn: sent, idempotencyKey });
    const start = async (signal: AbortSignal): Promise<TurnStream> => {
      const call = { idempotencyKey, signal, headers: toRecord(options.headers) };
      try {
        const stream = await this.client.streamNewTurn(chatId, sent, call);
        // Its first event settles it: the stream may break before that.
        record.noteDoubt(messageId, idempotencyKey);
        return stream;
      } catch (error) {
        if (!isRefusal(error)) record.noteDoubt(messageId, idempotencyKey);
        else await this.learnFromRefusal(chatId, { messageId, turn, idempotencyKey }, error);
        throw error;
      }
    };
    const stream = await this.follow({ record, chatId, messageId }, abortSignal, start);
    return stream as ReadableStream<UIMessageChunk>;
  }

  /** For the AI SDK. */
  async reconnectToStream({
    chatId,
    abortSignal,
    headers,
  }: ReconnectOptions<Chat>): Promise<ReadableStream<UIMessageChunk> | null> {
    const turn = { record: this.recordOf(chatId), chatId, messageId: undefined };
    return this.follow(turn, abortSignal, (signal) =>
      this.client.streamCurrentTurn(chatId, { signal, headers: toRecord(headers) }),
    );
  }

  private async learnFromRefusal(
    chatId: string,
    { messageId, turn, idempotencyKey }: TurnOfMessage,
    { slug }: ProblemError,
  ): Promise<void> {
    const record = this.recordOf(chatId);
    record.noteRefused(messageId, idempotencyKey);
    if (!('continue' in turn)) return;
    record.settle(messageId);
    if (slug !== 'message-superseded') return;
    // The message has gone on from another tab: the next time, it goes on from there.
    const latest = await messageOf(this.client, chatId, messageId).catch(() => undefined);
    if (latest) record.learn([latest]);
  }

  private async follow(
    turn: Omit<TurnOfChat, 'client'>,
    abortSignal: AbortSignal | undefined,
    start: (signal: AbortSignal) => Promise<TurnStream | undefined>,
  ): Promise<ReadableStream<UIMessageChunk> | null> {
    const { record } = turn;
    const connection = new AbortController();
    const followed = new FollowedTurn(start(connection.signal), connection, (stream) =>
      toChunks(stream, { client: this.client, ...turn }),
    );
    const former = record.followed;
    record.followed = followed;
    const stop = (): void => stopFollowed(followed, turn);
    if (abortSignal?.aborted) stop();
    else abortSignal?.addEventListener('abort', stop, { once: true });
    let stream: ReadableStream<UIMessageChunk> | null = null;
    try {
      stream = await followed.read(abortSignal);
      return stream;
    } finally {
      // Nothing runs, or the turn may have been refused because of the one that the chat still follows.
      if (!stream && record.followed === followed) record.followed = former;
    }
  }

  private recordOf(chatId: string): ChatRecord {
    const known = this.records.get(chatId);
    if (known) return known;
    const record = new ChatRecord();
    this.records.set(chatId, record);
    return record;
  }
}

function toRecord(headers: Record<string, string> | Headers | undefined): Record<string, string> {
  return headers instanceof Headers ? Object.fromEntries(headers.entries()) : { ...headers };
}

/** The chat has aborted its request: the user has stopped the turn, or the chat reconnects once more. */
function stopFollowed(
  followed: FollowedTurn,
  { record, messageId }: Omit<TurnOfChat, 'client'>,
): void {
  // Another chat of the same id may have replaced it long ago. Only what replaces it now is a chat that reconnects.
  const latest = record.followed;
  followed.holdForStop();
  record.stopping = Promise.resolve().then(async () => {
    const isStop = messageId !== undefined || record.followed === latest;
    if (isStop) await followed.stop();
    else followed.close();
  });
}

/** Whether the service has answered that it did not begin the turn. */
function isRefusal(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.isRefusal;
}
