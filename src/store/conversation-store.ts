import type {
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
  NewConversation,
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

/** What a write answers: the first outcome, or, `replayed`, the same outcome rebuilt. */
export interface WriteOutcome extends ConversationWithMessages {
  /** The messages of this write alone. */
  readonly messages: readonly Message[];
  readonly replayed: boolean;
}

/** How a write that takes messages is made. */
export interface WriteOptions {
  /** Makes the write happen once, however often it is asked for. */
  readonly idempotency?: IdempotencyClaim | undefined;
}

/** How a conversation is changed. */
export interface ChangeOptions {
  /** Changes this version and no other. */
  readonly expectedVersion?: number | undefined;
}

/** How a working state is put. */
export interface StateOptions {
  /** Only while this turn has the conversation. */
  readonly turnId?: string | undefined;
}

/** A page of messages in order of `seq`, and their conversation. */
export interface MessagePage extends ConversationWithMessages {
  /** Whether there are more in the direction of the range: older ones, or with `after` newer ones. */
  readonly hasMore: boolean;
  /** Whether the reader's access is to be counted with {@link ConversationStore.touch}. */
  readonly accessDue: boolean;
}

/**
 * Where conversations are kept. Every driver implements all of it with one meaning, which the
 * contract suite (`conversation-store/contract`) states.
 *
 * Every method takes the owner and sees nothing of anybody else's: an id of another owner, an
 * expired one and one that never was are the same {@link ConversationNotFoundError}.
 *
 * A mutation is atomic: all of it or nothing. Each one refreshes the time to live, but for an
 * append or a turn within a minute (or a tenth of a time to live below ten minutes) of the last access.
 * Every method
 * rejects with {@link StoreUnavailableError} when the store cannot be reached in time, and with no
 * error of the driver's client. Arguments out of the ranges given here are a caller's mistake and
 * rejected with a RangeError; strings are well-formed (no half surrogate pairs) and without NUL.
 */
export interface ConversationStore extends TurnStore {
  /** The driver's name, as health and metrics show it. */
  readonly driver: string;

  /**
   * Creates a conversation with its first messages, 100 at most.
   * @throws TooManyConversationsError, ConversationFullError, ConversationExistsError,
   *   IdempotencyMismatchError
   */
  create(
    owner: Owner,
    conversation: NewConversation,
    options?: WriteOptions,
  ): Promise<WriteOutcome>;

  /**
   * Reads a page of messages and their conversation, as they were at one instant. Does not count as
   * access: see {@link touch}.
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage>;

  /**
   * Appends all messages, 1 to 100, in order, or none.
   * @throws ConversationNotFoundError, ConversationClosedError, ConversationFullError,
   *   ConversationDamagedError, IdempotencyMismatchError
   */
  append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options?: WriteOptions,
  ): Promise<WriteOutcome>;

  /**
   * Applies a merge patch.
   * @throws ConversationNotFoundError, VersionConflictError, MetadataFullError,
   *   ConversationDamagedError
   */
  update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options?: ChangeOptions,
  ): Promise<Conversation>;

  /**
   * Deletes a conversation with its messages, its working state and its turn, a damaged one too.
   * @throws ConversationNotFoundError, VersionConflictError
   */
  delete(owner: Owner, id: string, options?: ChangeOptions): Promise<void>;

  /**
   * A page of the owner's living conversations, by `updatedAt` and then `id`, both descending. Only
   * the last page is short. A conversation that cannot be read is left out.
   */
  list(owner: Owner, query: ListQuery): Promise<ConversationPage>;

  /** The ids of all of the owner's living conversations at one instant, in no order. */
  listIds(owner: Owner): Promise<readonly string[]>;

  /**
   * Counts as access: moves `lastAccessedAt` to now and the deadline behind it. No new version.
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  touch(owner: Owner, id: string): Promise<Conversation>;

  /** @throws ConversationNotFoundError, ConversationDamagedError */
  getState(owner: Owner, id: string): Promise<WorkingState>;

  /**
   * Compare-and-set of the working state on its own version, which it returns, one higher. The
   * conversation keeps its version and its place in lists.
   * @throws ConversationNotFoundError, ConversationDamagedError, VersionConflictError,
   *   StateTooLargeError, TurnLostError
   */
  putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    options?: StateOptions,
  ): Promise<number>;

  /**
   * Deletes everything the owner has when it is called. Can be repeated after a failure half-way.
   * @returns how many conversations this call deleted
   */
  erase(owner: Owner): Promise<number>;

  /** Resolves when the store answers. */
  ping(): Promise<void>;

  /** Ends connections and timers. No other call may follow. */
  close(): Promise<void>;
}
