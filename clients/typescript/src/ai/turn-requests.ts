import type { UIMessage } from 'ai';
import type { ConversationClient } from '../conversation-client.js';
import { newKey } from '../http/new-key.js';
import type { NewMessage, NewTurn, Role } from '../model.js';
import { ProblemError } from '../problem-error.js';
import type { ChatRecord, SentTurn } from './chat-record.js';
import { answersOf } from './client-answers.js';
import { messageAt, messageOf } from './stored-messages.js';

/** What a chat asks for. */
export interface ChatQuestion {
  readonly trigger: 'submit-message' | 'regenerate-message';
  readonly chatId: string;
  readonly messageId: string | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly messages: readonly UIMessage[];
}

/** A turn, and the message of the chat that it is about. */
export interface TurnOfMessage extends SentTurn {
  readonly messageId: string;
}

type MessageTurn = Extract<NewTurn, { readonly message: unknown }>;

/** Turns what a chat asks into turns of the service. */
export class TurnRequests {
  constructor(private readonly client: ConversationClient) {}

  /** @throws ProblemError, and an Error when the chat has nothing to answer */
  async toTurn(record: ChatRecord, question: ChatQuestion): Promise<TurnOfMessage> {
    const { trigger, messageId, messages, chatId } = question;
    if (trigger === 'regenerate-message') return this.regenerate(record, question);
    // The AI SDK names a message that the user has edited, and one of the assistant that has got what it waited for.
    const named = messages.find(({ id }) => id === messageId);
    const message = named ?? messages.at(-1);
    if (!message) throw new Error('The chat has no message to send.');
    if (message.role === 'assistant') return this.continue(record, chatId, message);
    if (named) return this.edit(record, question, named);
    return this.sendBehind(record, messages.at(-2), message);
  }

  /** Says, before anything can fail, that the user wants to send a message, or another text of it. */
  noteUnsent(record: ChatRecord, { trigger, messageId, messages }: ChatQuestion): void {
    const named = messages.find(({ id }) => id === messageId);
    const message = named ?? messages.at(-1);
    if (trigger !== 'submit-message' || message?.role !== 'user') return;
    record.noteUnsent(message.id, named ? 'edited' : 'new');
  }

  /**
   * A new message. It follows the reply that its user sees, although another tab may have made another branch the active one.
   * It follows the last message of the active branch when the place of that reply is not known.
   */
  private sendBehind(
    record: ChatRecord,
    before: UIMessage | undefined,
    message: UIMessage,
  ): TurnOfMessage {
    if (!before) return newTurn(message, undefined);
    const place = before.role === 'assistant' ? record.place(before.id) : undefined;
    // A place without the rest is from before the reply went on.
    if (place?.parentSeq !== undefined) return newTurn(message, place.seq);
    return newTurn(message, messageTurn(record.unsettledTurn(before.id))?.parentSeq);
  }

  /** The message in place of one that is stored: it follows the same message. */
  private async edit(
    record: ChatRecord,
    question: ChatQuestion,
    message: UIMessage,
  ): Promise<TurnOfMessage> {
    const unsettled = record.unsettledTurn(message.id);
    const former = messageTurn(unsettled);
    if (unsettled && former) {
      // Nobody knows whether this message is stored. Under the same key it is stored once.
      if (isSame(former.message, toNewMessage(message))) {
        return { messageId: message.id, ...unsettled };
      }
      const isStored =
        !unsettled.isRefused && (await this.settle(record, question, message.id, unsettled));
      if (!isStored) return newTurn(message, former.parentSeq);
    }
    return newTurn(message, await this.parentSeqOf(record, question.chatId, message.id));
  }

  /**
   * Sends a turn again whose answer was lost, under its key, to learn where its message is; then ends it.
   * @returns false when the service refuses it, so that nothing is stored
   * @throws ProblemError when nobody knows it even now
   */
  private async settle(
    record: ChatRecord,
    { chatId, abortSignal }: ChatQuestion,
    messageId: string,
    { turn, idempotencyKey }: SentTurn,
  ): Promise<boolean> {
    try {
      const call = { idempotencyKey, signal: abortSignal };
      const stream = await this.client.streamNewTurn(chatId, turn, call);
      const cancelled = stream.cancel();
      cancelled.catch(() => undefined);
      for await (const event of stream) {
        const userSeq = event.type === 'start' ? event.messageMetadata?.userSeq : undefined;
        if (userSeq !== undefined) record.locate(messageId, userSeq);
      }
      await cancelled;
      record.settle(messageId);
      return true;
    } catch (error) {
      if (error instanceof ProblemError && isKeyUnknown(error)) return false;
      throw error;
    }
  }

  private async regenerate(record: ChatRecord, question: ChatQuestion): Promise<TurnOfMessage> {
    const { chatId, messages } = question;
    const message = messages.findLast(({ role }) => role === 'user');
    if (!message) throw new Error('The chat has no message of the user to answer.');
    const messageId = message.id;
    const unsettled = record.unsettledTurn(messageId);
    const unsent = record.unsentAs(messageId);
    if (unsent === 'edited') return this.edit(record, question, message);
    if (unsent) return this.sendBehind(record, messages[messages.indexOf(message) - 1], message);
    // Nobody knows whether this message is stored. Under the same key it is stored once.
    if (unsettled) return { messageId, ...unsettled };
    const seq = await this.seqOf(record, chatId, messageId);
    // To store it would be a guess, and it may be there.
    if (seq === undefined) throw new Error('The message of the user is not stored.');
    return { messageId, turn: { regenerate: seq }, idempotencyKey: newKey() };
  }

  /** A message of the assistant goes on with the results and approvals that the chat has got since it was stored. */
  private async continue(
    record: ChatRecord,
    chatId: string,
    message: UIMessage,
  ): Promise<TurnOfMessage> {
    const messageId = message.id;
    // The same message as the last time: if that turn has begun, this gives its answer.
    const unsettled = record.unsettledTurn(messageId)?.turn;
    const former = unsettled && 'continue' in unsettled ? unsettled.continue : undefined;
    const seq = former?.seq ?? (await this.seqOf(record, chatId, messageId));
    const stored = seq === undefined ? undefined : await messageAt(this.client, chatId, seq);
    if (seq === undefined || !stored)
      throw new Error('The message of the assistant is not stored.');
    const answers = answersOf(stored.parts, message.parts);
    return { messageId, turn: { continue: { seq, ...answers } }, idempotencyKey: newKey() };
  }

  private async seqOf(
    record: ChatRecord,
    chatId: string,
    messageId: string,
  ): Promise<number | undefined> {
    const known = record.place(messageId)?.seq;
    if (known !== undefined) return known;
    const found = await messageOf(this.client, chatId, messageId);
    if (found) record.learn([found]);
    return found?.seq;
  }

  private async parentSeqOf(
    record: ChatRecord,
    chatId: string,
    messageId: string,
  ): Promise<number | undefined> {
    const seq = await this.seqOf(record, chatId, messageId);
    if (seq === undefined) return undefined;
    const known = record.place(messageId)?.parentSeq;
    if (known !== undefined) return known;
    const stored = await messageAt(this.client, chatId, seq);
    return stored && (stored.parentSeq ?? stored.seq - 1);
  }
}

/** Refused before the service has looked for the key: whoever may not send now may have sent it before. */
const BEFORE_THE_KEY: readonly number[] = [401, 403, 429];

/** Whether the service has refused the turn, and has stored nothing under its key before. */
function isKeyUnknown({ status, mayHaveBeenApplied }: ProblemError): boolean {
  if (mayHaveBeenApplied || BEFORE_THE_KEY.includes(status)) return false;
  return status >= 400 && status < 500;
}

/** The turn when it is one of a new message. */
function messageTurn(sent: SentTurn | undefined): MessageTurn | undefined {
  return sent && 'message' in sent.turn ? sent.turn : undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function newTurn(message: UIMessage, parentSeq: number | undefined): TurnOfMessage {
  const turn: NewTurn = {
    message: toNewMessage(message),
    ...(parentSeq !== undefined && { parentSeq }),
  };
  return { messageId: message.id, turn, idempotencyKey: newKey() };
}

/** Without the id, which would be the chat's own, and without what the service itself has said of the message. */
function toNewMessage({ role, parts, metadata }: UIMessage): NewMessage {
  const own = Object.entries((metadata ?? {}) as Record<string, unknown>).filter(
    ([name]) => name !== 'conversationStore',
  );
  return {
    role: role satisfies Role,
    parts: parts,
    ...(own.length > 0 && { metadata: Object.fromEntries(own) }),
  };
}
