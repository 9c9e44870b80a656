import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../domain/new-id.js';
import type { Caller } from '../auth/caller.js';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationMetadata,
  type ConversationPatch,
  type ConversationStatus,
} from '../domain/conversation.js';
import type { Owner } from '../domain/owner.js';
import {
  CONVERSATION_STORE,
  type ChangeOptions,
  type ConversationStore,
  type MessagePage,
  type WriteOutcome,
} from '../store/conversation-store.js';
import type { MessageRange } from '../domain/message-range.js';
import { StoreUnavailableError } from '../store/store.errors.js';
import { decodeCursor, encodeCursor } from './conversation-cursor.js';
import { assertMayWrite, onceUnder, toNewMessage, type MessageDraft } from './message-writes.js';

export interface ConversationDraft {
  readonly externalId?: string | undefined;
  readonly title?: string | undefined;
  readonly metadata?: ConversationMetadata | undefined;
  readonly messages?: readonly MessageDraft[] | undefined;
}

export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** All of them when absent. */
  readonly status?: readonly ConversationStatus[] | undefined;
}

export interface ConversationList {
  readonly conversations: readonly Conversation[];
  readonly nextCursor: string | null;
}

/**
 * What can be done with conversations. Rejects with the errors of the store port, and with those
 * named at each method; the problem catalogue says what HTTP makes of them.
 */
@Injectable()
export class ConversationsService {
  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {}

  /** @throws RoleRequiredError for a message of another role than `user` from a user */
  async create(
    caller: Caller,
    draft: ConversationDraft,
    idempotencyKey?: string,
  ): Promise<WriteOutcome> {
    const { externalId, title, metadata = {}, messages = [] } = draft;
    assertMayWrite(caller, messages);
    const conversation = {
      id: newId(),
      ...(externalId !== undefined && { externalId }),
      ...(title !== undefined && { title }),
      metadata,
      messages: messages.map(toNewMessage),
    };
    const request = ['create', externalId, title, metadata, messages];
    return this.store.create(caller.owner, conversation, onceUnder(idempotencyKey, request));
  }

  /** @throws RoleRequiredError for a message of another role than `user` from a user */
  async append(
    caller: Caller,
    id: string,
    messages: readonly MessageDraft[],
    idempotencyKey?: string,
  ): Promise<WriteOutcome> {
    assertMayWrite(caller, messages);
    const options = onceUnder(idempotencyKey, ['append', id, messages]);
    return this.store.append(caller.owner, id, messages.map(toNewMessage), options);
  }

  /** A conversation with a page of its messages. Counts as access, at most once a minute. */
  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    const page = await this.store.read(owner, id, range);
    if (!page.accessDue) return page;
    const access = await this.countAccess(owner, id);
    return { ...page, conversation: { ...page.conversation, ...access } };
  }

  update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options?: ChangeOptions,
  ): Promise<Conversation> {
    return this.store.update(owner, id, patch, options);
  }

  delete(owner: Owner, id: string, options?: ChangeOptions): Promise<void> {
    return this.store.delete(owner, id, options);
  }

  /**
   * A page of the owner's conversations, most recently updated first.
   * @throws InvalidRequestError when the cursor is none of this owner's
   */
  async list(owner: Owner, { limit, cursor, status }: ListRequest): Promise<ConversationList> {
    const { conversations, next } = await this.store.list(owner, {
      limit,
      statuses: [...new Set(status ?? CONVERSATION_STATUSES)],
      ...(cursor !== undefined && { after: decodeCursor(owner, cursor) }),
    });
    return { conversations, nextCursor: next ? encodeCursor(owner, next) : null };
  }

  /** Deletes everything the owner has, and returns how many conversations that was. */
  erase(owner: Owner): Promise<number> {
    return this.store.erase(owner);
  }

  /** A store that can be read and not written, a full one say, takes no answer away. */
  private async countAccess(owner: Owner, id: string): Promise<Partial<Access>> {
    try {
      const { lastAccessedAt, expiresAt } = await this.store.touch(owner, id);
      return { lastAccessedAt, expiresAt };
    } catch (error) {
      if (error instanceof StoreUnavailableError) return {};
      throw error;
    }
  }
}

/** What a read shows of its own access. The rest stays as read: it goes with the messages. */
type Access = Pick<Conversation, 'lastAccessedAt' | 'expiresAt'>;
