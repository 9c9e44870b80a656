import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { MessageNotFoundError, MessageSupersededError } from '../domain/branch.errors.js';
import { IdempotencyMismatchError } from '../domain/conversation.errors.js';
import type { IdempotencyClaim } from '../domain/idempotency.js';
import type { Message } from '../domain/message.js';
import type { Owner } from '../domain/owner.js';
import type { TurnInput } from '../domain/turn.js';
import { InvalidRequestError } from '../http/request.errors.js';
import { claimIdempotency } from '../messages/claim-idempotency.js';
import { assertMayWrite, toNewMessage, type MessageDraft } from '../messages/message-draft.js';
import { CONVERSATION_STORE, type ConversationStore } from '../store/conversation-store.js';
import { continuedParts, type Continuation } from './continuation.js';

/** What a caller asks to be answered. */
export type TurnQuestion =
  /** A new message: behind `parentSeq`, or behind the leaf. */
  | { readonly message: MessageDraft; readonly parentSeq?: number | undefined }
  /** A message of the user that is stored. */
  | { readonly regenerate: number }
  /** A message of the assistant that waited for its client. */
  | { readonly continue: Continuation };

/** A turn as the store takes it. */
export interface PreparedTurn {
  readonly input: TurnInput;
  readonly idempotency: IdempotencyClaim | undefined;
}

/** Turns what a caller asks into what the store takes. */
@Injectable()
export class TurnInputs {
  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {}

  /**
   * @throws RoleRequiredError for a message of another role than `user` from a user, InvalidRequestError,
   *   MessageNotFoundError, ConversationNotFoundError
   */
  async prepare(
    caller: Caller,
    conversationId: string,
    question: TurnQuestion,
    key: string | undefined,
  ): Promise<PreparedTurn> {
    if ('message' in question) {
      const { message, parentSeq } = question;
      assertMayWrite(caller, [message]);
      const place = parentSeq === undefined ? [] : [{ parentSeq }];
      const request = ['turn', conversationId, message, ...place];
      const input = { message: toNewMessage(message), parentSeq };
      return { input, ...claimOf(key, request) };
    }
    if ('regenerate' in question) {
      const { regenerate } = question;
      const { role } = await this.messageAt(caller.owner, conversationId, regenerate);
      if (role !== 'user') {
        throw new InvalidRequestError([
          { field: 'regenerate', message: 'is no message of the user' },
        ]);
      }
      return { input: { regenerate }, ...claimOf(key, ['regenerate', conversationId, regenerate]) };
    }
    return this.continuation(caller.owner, conversationId, question.continue);
  }

  /**
   * Messages never change, so what is checked here still holds when the turn begins. A message is gone on with once:
   * the key of the turn is the message itself, whatever key the client sent. No client can send a key with a space.
   */
  private async continuation(
    owner: Owner,
    conversationId: string,
    continuation: Continuation,
  ): Promise<PreparedTurn> {
    const { seq, toolResults, approvals } = continuation;
    const message = await this.messageAt(owner, conversationId, seq);
    const { id, role, metadata } = message;
    const parts = continuedParts(message, continuation);
    // It is the same message to clients: the AI SDK takes one of another id for another message.
    const continued = { id, role, parts, ...(metadata !== undefined && { metadata }) };
    const key = `continue ${conversationId} ${seq}`;
    return {
      input: { message: continued, supersedes: seq },
      ...claimOf(key, ['continue', toolResults, approvals]),
    };
  }

  private async messageAt(owner: Owner, conversationId: string, seq: number): Promise<Message> {
    const range = { limit: 1, from: { after: seq - 1 }, branch: 'all' } as const;
    const { messages } = await this.store.read(owner, conversationId, range);
    const [message] = messages;
    if (!message) throw new MessageNotFoundError();
    return message;
  }
}

/** A turn that goes on with a message is refused for other results, and not for a key that the client did not choose. */
export function toContinuationError(error: unknown): unknown {
  return error instanceof IdempotencyMismatchError ? new MessageSupersededError() : error;
}

function claimOf(
  key: string | undefined,
  request: unknown,
): { readonly idempotency: IdempotencyClaim | undefined } {
  return { idempotency: claimIdempotency(key, request).idempotency };
}
