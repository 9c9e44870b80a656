import type { CodedError } from '../../domain/coded-error.js';
import { createConversation } from '../../domain/conversation-changes.js';
import { pageOf, type ConversationPage, type ListQuery } from '../../domain/conversation-list.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type {
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
  NewConversation,
} from '../../domain/conversation.js';
import { recordWrite } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { TurnLostError, TurnNotFoundError } from '../../domain/turn.errors.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type {
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import { assertMessageCount, assertRange, assertTurnQuery } from '../preconditions.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { encodeState } from '../working-state.codec.js';
import { MemoryConversation } from './memory.conversation.js';
import { MemoryIdempotency } from './memory.idempotency.js';
import { ConversationLru } from './memory.lru.js';

/** The options of the store in memory. */
export interface MemoryStoreOptions extends StoreLimits {
  /** Bytes of conversations. Over this bound the least recently used conversation is evicted. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Called when a conversation that has not expired is evicted. */
  readonly onEvict?: (conversation: Conversation) => void;
}

/**
 * Stores conversations in this process, for a laptop and for tests. Every method does its work in one
 * synchronous step, so it is atomic.
 */
export class MemoryConversationStore implements ConversationStore {
  readonly driver = 'memory';
  private readonly clock: () => number;
  private readonly conversations: ConversationLru;
  private readonly idempotency: MemoryIdempotency;

  constructor(private readonly options: MemoryStoreOptions) {
    const { maxBytes, clock = Date.now, onEvict } = options;
    this.clock = clock;
    this.conversations = new ConversationLru({
      maxBytes,
      clock,
      onEvict: (conversation) => onEvict?.(conversation.toConversation()),
    });
    this.idempotency = new MemoryIdempotency(clock);
  }

  async create(
    owner: Owner,
    draft: NewConversation,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages } = draft;
    assertMessageCount(messages, 0);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    const existing = {
      hasId: this.conversations.find(owner, id) !== undefined,
      count: this.conversations.ownedBy(owner).length,
    };
    const created = createConversation(owner, draft, existing, this.clock(), this.options);
    const conversation = new MemoryConversation(owner, created, messages, this.options);
    this.conversations.set(conversation);
    return this.written(owner, conversation.readFrom(1, messages.length), idempotency);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    return this.find(owner, id).read(range, this.clock());
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(messages, 1);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    const appended = this.change(owner, id, (stored, now) => stored.append(messages, now));
    return this.written(owner, appended, idempotency);
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions = {},
  ): Promise<Conversation> {
    return this.change(owner, id, (stored, now) => stored.update(patch, expectedVersion, now));
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    const conversation = this.find(owner, id);
    conversation.assertVersion(expectedVersion);
    this.conversations.delete(conversation);
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    const own = this.conversations.ownedBy(owner).map((stored) => stored.toConversation());
    return pageOf(own, query, this.options.pageBytes);
  }

  async listIds(owner: Owner): Promise<readonly string[]> {
    return this.conversations.ownedBy(owner).map(({ id }) => id);
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    return this.change(owner, id, (stored, now) => stored.touch(now));
  }

  async getState(owner: Owner, id: string): Promise<WorkingState> {
    return this.find(owner, id).getState();
  }

  async putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions = {},
  ): Promise<number> {
    const json = encodeState(value);
    return this.change(owner, id, (stored, now) =>
      stored.putState(json, expectedVersion, turnId, now),
    );
  }

  async erase(owner: Owner): Promise<number> {
    const own = this.conversations.ownedBy(owner);
    for (const conversation of own) this.conversations.delete(conversation);
    return own.length;
  }

  async beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    // The wrong use of a key is refused even if there is no conversation.
    if (!this.conversations.find(owner, conversationId)) {
      this.idempotency.findForRequest(owner, turn.idempotency);
    }
    return this.change(owner, conversationId, (stored, now) =>
      stored.beginTurn(turn, this.idempotency, now),
    );
  }

  async advanceTurn(
    { owner, conversationId, turnId }: TurnRef,
    step: TurnStep,
  ): Promise<{ cancelRequested: boolean }> {
    return this.find(owner, conversationId, TurnLostError).advanceTurn(turnId, step, this.clock());
  }

  async endTurn(
    { owner, conversationId, turnId }: TurnRef,
    ending: TurnEnding,
  ): Promise<TurnOutcome> {
    assertMessageCount(ending.replies, 0);
    return this.change(
      owner,
      conversationId,
      (stored, now) => stored.endTurn(turnId, ending, this.idempotency, now),
      TurnLostError,
    );
  }

  async readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    assertTurnQuery(query);
    return this.find(owner, conversationId, TurnNotFoundError).readTurn(query, this.clock());
  }

  async cancelTurn({ owner, conversationId, turnId }: TurnRef): Promise<void> {
    this.find(owner, conversationId, TurnNotFoundError).cancelTurn(turnId, this.clock());
  }

  async ping(): Promise<void> {
    // The store is the process itself, so it always answers.
  }

  async close(): Promise<void> {
    this.conversations.clear();
    this.idempotency.clear();
  }

  private find(
    owner: Owner,
    id: string,
    NotFound: new () => CodedError = ConversationNotFoundError,
  ): MemoryConversation {
    const conversation = this.conversations.find(owner, id);
    if (!conversation) throw new NotFound();
    return conversation;
  }

  /** Changes a conversation, whose size may change with it. */
  private change<Result>(
    owner: Owner,
    id: string,
    change: (conversation: MemoryConversation, now: number) => Result,
    NotFound?: new () => CodedError,
  ): Result {
    const conversation = this.find(owner, id, NotFound);
    const result = change(conversation, this.clock());
    this.conversations.set(conversation);
    return result;
  }

  /** Stores the idempotency record of a write, and makes its answer. */
  private written(
    owner: Owner,
    { conversation, messages }: ConversationWithMessages,
    claim: IdempotencyClaim | undefined,
  ): WriteOutcome {
    if (claim)
      this.idempotency.set(owner, claim, recordWrite(claim, conversation, messages.length));
    return { conversation, messages, replayed: false };
  }

  private replay(owner: Owner, claim: IdempotencyClaim | undefined): WriteOutcome | undefined {
    const record = this.idempotency.findForRequest(owner, claim);
    if (!record) return undefined;
    const conversation = this.find(owner, record.id);
    const { firstSeq, messageCount } = record;
    return { ...conversation.readFrom(firstSeq, messageCount), replayed: true };
  }
}
