import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationMetadata,
  type ConversationPatch,
  type ConversationStatus,
  type ForkOrigin,
} from '../domain/conversation.js';
import type { MessageRange } from '../domain/message-range.js';
import { newId } from '../domain/new-id.js';
import type { Owner } from '../domain/owner.js';
import { InvalidRequestError } from '../http/request.errors.js';
import { claimIdempotency } from '../messages/claim-idempotency.js';
import {
  assertIsService,
  assertMayWrite,
  toNewMessage,
  type MessageDraft,
} from '../messages/message-draft.js';
import {
  CONVERSATION_STORE,
  type ChangeOptions,
  type ConversationStore,
  type MessagePage,
  type WriteOutcome,
} from '../store/conversation-store.js';
import { afterWrite, StoreUnavailableError } from '../store/store.errors.js';
import { decodeCursor, encodeCursor } from './conversation-cursor.js';

/** A conversation that a caller creates. Every field may be absent. */
export interface ConversationDraft {
  readonly externalId?: string | undefined;
  readonly title?: string | undefined;
  readonly metadata?: ConversationMetadata | undefined;
  readonly messages?: readonly MessageDraft[] | undefined;
}

/** Where messages are appended, as in the store port, and the idempotency key of the request. */
export interface AppendRequest {
  readonly key?: string | undefined;
  readonly parentSeq?: number | undefined;
  readonly supersedes?: number | undefined;
}

/** The last messages that the answer to a fork has. */
const FORK_PAGE = 50;

/** A conversation that was forked, and its last messages. */
export interface ForkedConversation extends MessagePage {
  readonly replayed: boolean;
}

/** Which conversations of the caller to list, from the start or from behind a cursor. */
export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Conversations of every status when absent. */
  readonly status?: readonly ConversationStatus[] | undefined;
}

/** A page of conversations; `nextCursor` is null on the last page. */
export interface ConversationList {
  readonly conversations: readonly Conversation[];
  readonly nextCursor: string | null;
  /** As in the page of the store. */
  readonly source?: 'archive';
}

/**
 * The operations on conversations. Every method may reject with the errors of the store port, and
 * with those that it names. The problem catalogue turns them into HTTP answers.
 */
@Injectable()
export class ConversationsService {
  constructor(@Inject(CONVERSATION_STORE) private readonly store: ConversationStore) {}

  /** @throws RoleRequiredError when a user writes a message of another role than `user` */
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
    return this.store.create(caller.owner, conversation, claimIdempotency(idempotencyKey, request));
  }

  /**
   * @throws RoleRequiredError when a user writes a message of another role than `user`, or in place of another one
   */
  async append(
    caller: Caller,
    id: string,
    messages: readonly MessageDraft[],
    { key, parentSeq, supersedes }: AppendRequest = {},
  ): Promise<WriteOutcome> {
    assertMayWrite(caller, messages);
    if (supersedes !== undefined) {
      assertIsService(caller);
      assertAlone(parentSeq);
    }
    const isPlaced = parentSeq !== undefined || supersedes !== undefined;
    const request = ['append', id, messages, ...(isPlaced ? [{ parentSeq, supersedes }] : [])];
    const options = { parentSeq, supersedes, ...claimIdempotency(key, request) };
    return this.store.append(caller.owner, id, messages.map(toNewMessage), options);
  }

  /** A copy of a conversation up to a message, with its last messages. */
  async fork(owner: Owner, forkedFrom: ForkOrigin, key?: string): Promise<ForkedConversation> {
    const { id, seq } = forkedFrom;
    const options = claimIdempotency(key, ['fork', id, seq]);
    const forked = await this.store.fork(owner, { id: newId(), forkedFrom }, options);
    const range = { limit: FORK_PAGE, from: 'end' } as const;
    const reading = this.store.read(owner, forked.conversation.id, range);
    const page = await reading.catch((error: unknown) => {
      throw afterWrite(error);
    });
    return { ...page, replayed: forked.replayed };
  }

  /** A conversation with a page of its messages. Counts as an access, at most once a minute. */
  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    const page = await this.store.read(owner, id, range);
    // Without the tier in front, nothing can be written.
    if (!page.accessDue || page.source === 'archive') return page;
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
   * @throws InvalidRequestError when the cursor was not made for this owner
   */
  async list(owner: Owner, { limit, cursor, status }: ListRequest): Promise<ConversationList> {
    const { conversations, next, source } = await this.store.list(owner, {
      limit,
      statuses: [...new Set(status ?? CONVERSATION_STATUSES)],
      ...(cursor !== undefined && { after: decodeCursor(owner, cursor) }),
    });
    const nextCursor = next ? encodeCursor(owner, next) : null;
    return { conversations, nextCursor, ...(source && { source }) };
  }

  /** Deletes everything that the owner has, and returns the number of conversations. */
  erase(owner: Owner): Promise<number> {
    return this.store.erase(owner);
  }

  /**
   * Saves what the owner has changed to the record behind the store, and returns the number of
   * conversations that were saved.
   */
  flush(owner: Owner): Promise<number> {
    return this.store.flush(owner);
  }

  /** A read succeeds even when the store refuses writes, such as a Redis that is out of memory. */
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

/** @throws InvalidRequestError when messages are to follow one message and to stand in place of another one */
function assertAlone(parentSeq: number | undefined): void {
  if (parentSeq === undefined) return;
  const message = 'must not be sent together with parentSeq';
  throw new InvalidRequestError([{ field: 'supersedes', message }]);
}

/**
 * The fields that the access of a read changes. All other fields stay as they were read, since they
 * belong to the same moment as the messages.
 */
type Access = Pick<Conversation, 'lastAccessedAt' | 'expiresAt'>;
