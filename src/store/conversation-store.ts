import type {
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
  NewConversation,
  NewFork,
} from '../domain/conversation.js';
import type { ConversationPage, ListQuery } from '../domain/conversation-list.js';
import type { IdempotencyClaim } from '../domain/idempotency.js';
import type { Message, NewMessage } from '../domain/message.js';
import type { MessageRange } from '../domain/message-range.js';
import type { Owner } from '../domain/owner.js';
import type { JsonValue, WorkingState } from '../domain/working-state.js';
import type { TurnStore } from './turn-store.js';

/** The token of the {@link ConversationStore} of the application; `StoreModule` binds it. */
export const CONVERSATION_STORE = Symbol('CONVERSATION_STORE');

/** The answer to a write. */
export interface WriteOutcome extends ConversationWithMessages {
  /** Only the messages of this write. */
  readonly messages: readonly Message[];
  /**
   * An earlier request under the same idempotency key made the write: this is its answer, read again. It
   * has all messages, whatever their bytes.
   */
  readonly replayed: boolean;
}

/** Options of a create and of an append. */
export interface WriteOptions {
  /** Makes the write happen once, however often it is requested. */
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** Options of an append. */
export interface AppendOptions extends WriteOptions {
  /** The message that the first one is to follow, 0 before the first message; the leaf when absent. */
  readonly parentSeq?: number | undefined;
  /** The message that the first one is to stand in place of. It gets the same parent. */
  readonly supersedes?: number | undefined;
}

/** Options of an update and of a delete. */
export interface ChangeOptions {
  /** The conversation is changed only if it has this version. */
  readonly expectedVersion?: number | undefined;
}

/** Options of a put of the working state. */
export interface StateOptions {
  /** The state is put only if this turn holds the conversation. */
  readonly turnId?: string | undefined;
}

/** A page of messages of a branch in order of `seq`, and their conversation. */
export interface MessagePage extends ConversationWithMessages {
  /** The last message of the branch; 0 without messages. The next page is to name it. */
  readonly leafSeq: number;
  /** Whether there are more messages in the direction of the range: newer ones with `after`, else older. */
  readonly hasMore: boolean;
  /** Whether the caller is to count the read as an access, with {@link ConversationStore.touch}. */
  readonly accessDue: boolean;
  /**
   * `archive`: the page comes from the record alone, because the tier in front of it is away. Changes that
   * were not saved yet are missing from it. Nothing counts such a read as an access.
   */
  readonly source?: 'archive';
}

/** The tiers of a store by their names, and whether each one answers. */
export type StoreTiers = Readonly<Record<string, 'up' | 'down'>>;

/**
 * The port that stores conversations. Every driver implements all of it with one meaning, which the
 * contract suite (`conversation-store/contract`) states.
 *
 * Every method takes the owner and sees only what belongs to that owner. The id of another owner's
 * conversation, of an expired one and of one that never existed all give the same
 * {@link ConversationNotFoundError}.
 *
 * A mutation is atomic: it happens as a whole or not at all. Every mutation counts as an access and moves
 * the deadline, if there is one, except for an append or a turn that comes soon after the last access:
 * within a minute, or within a tenth of a time to live that is shorter than ten minutes.
 *
 * Every method rejects with {@link StoreUnavailableError} when the store cannot be reached in time, and
 * never with an error of the driver's client. An argument out of the ranges given here is a mistake of
 * the caller, and is rejected with a RangeError. Strings are well-formed (no half surrogate pairs) and
 * contain no NUL.
 */
export interface ConversationStore extends TurnStore {
  /** The name of the driver, as health and metrics show it. */
  readonly driver: string;

  /**
   * Creates a conversation with its first messages, 100 at most.
   * @throws TooManyConversationsError, ConversationFullError, ConversationExistsError,
   *   QuotaExceededError, IdempotencyMismatchError
   */
  create(
    owner: Owner,
    conversation: NewConversation,
    options?: WriteOptions,
  ): Promise<WriteOutcome>;

  /**
   * Creates a copy of a conversation: of its title, its metadata, and the messages of the branch up to one, with their
   * ids and times. Nobody sees the copy before it is whole.
   * @returns no messages
   * @throws ConversationNotFoundError, MessageNotFoundError, TooManyConversationsError, ConversationFullError,
   *   ConversationExistsError, QuotaExceededError, ConversationDamagedError, IdempotencyMismatchError
   */
  fork(owner: Owner, fork: NewFork, options?: WriteOptions): Promise<WriteOutcome>;

  /**
   * Reads a page of messages and their conversation, as they were at one instant. A page of more than
   * `pageBytes` ends early, far from where its range begins; a page with a limit of 1 or more has at
   * least one message if there is any. The read itself does not count as an access: see {@link touch}.
   * @throws ConversationNotFoundError, MessageNotFoundError, ConversationDamagedError
   */
  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage>;

  /**
   * Appends all messages, 1 to 100, in order, or none. Each follows the one before. The last one becomes the leaf.
   * @throws ConversationNotFoundError, ConversationClosedError, ConversationFullError,
   *   MessageNotFoundError, MessageSupersededError, BranchesFullError, QuotaExceededError, ConversationDamagedError, IdempotencyMismatchError
   */
  append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options?: AppendOptions,
  ): Promise<WriteOutcome>;

  /**
   * Applies a merge patch.
   * @throws ConversationNotFoundError, VersionConflictError, MetadataFullError, MessageNotFoundError,
   *   QuotaExceededError, ConversationDamagedError
   */
  update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options?: ChangeOptions,
  ): Promise<Conversation>;

  /**
   * Deletes a conversation with its messages, its working state and its turns. Deletes a damaged
   * conversation, too.
   * @throws ConversationNotFoundError, VersionConflictError
   */
  delete(owner: Owner, id: string, options?: ChangeOptions): Promise<void>;

  /**
   * Lists a page of the owner's conversations by `updatedAt` and then `id`, both descending.
   * Every page but the last is full, or has about `pageBytes`. A conversation that cannot be read is left
   * out.
   */
  list(owner: Owner, query: ListQuery): Promise<ConversationPage>;

  /** Reads the ids of all conversations of the owner that have not expired, at one instant, in no order. */
  listIds(owner: Owner): Promise<readonly string[]>;

  /**
   * Counts an access: moves `lastAccessedAt` to now, and the deadline, if there is one, with it. The version
   * stays.
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  touch(owner: Owner, id: string): Promise<Conversation>;

  /** @throws ConversationNotFoundError, ConversationDamagedError */
  getState(owner: Owner, id: string): Promise<WorkingState>;

  /**
   * Replaces the working state if its own version is the expected one. The version and the position
   * in lists of the conversation stay.
   * @returns the new version of the state, one higher
   * @throws ConversationNotFoundError, ConversationDamagedError, VersionConflictError,
   *   StateTooLargeError, QuotaExceededError, TurnLostError
   */
  putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    options?: StateOptions,
  ): Promise<number>;

  /**
   * Deletes all that the owner has at the time of the call. A caller can repeat it after a failure
   * half-way. Only a driver with a quota must delete the idempotency records: elsewhere they may stay
   * until they expire.
   * @returns how many conversations this call deleted
   */
  erase(owner: Owner): Promise<number>;

  /**
   * Saves what the owner has changed to the record behind the store, if the store has one. Without
   * one there is nothing to save.
   * @returns how many conversations this call saved
   */
  flush(owner: Owner): Promise<number>;

  /**
   * Resolves when the store answers: with its tiers, of which one at least is up, or with none when the
   * store has no tiers.
   */
  ping(): Promise<StoreTiers>;

  /** Ends all connections and timers. No other call may follow. */
  close(): Promise<void>;
}
