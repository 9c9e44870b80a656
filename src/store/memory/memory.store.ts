import type { CodedError } from '../../domain/coded-error.js';
import { createConversation } from '../../domain/conversation-changes.js';
import { pageOf, type ConversationPage, type ListQuery } from '../../domain/conversation-list.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type {
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
  NewConversation,
  NewFork,
} from '../../domain/conversation.js';
import { recordWrite } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import { assertQuota } from '../../domain/owner-quota.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { TurnLostError, TurnNotFoundError } from '../../domain/turn.errors.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import { memoryStates } from '../../observation/states.js';
import type {
  AppendOptions,
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  StoreTiers,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import {
  assertEvents,
  assertMessageCount,
  assertRange,
  assertTurnQuery,
} from '../preconditions.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep } from '../turn-store.js';
import { encodeState } from '../working-state.codec.js';
import { MemoryConversation } from './memory.conversation.js';
import { MemoryEviction } from './memory.eviction.js';
import { MemoryHoldings } from './memory.holdings.js';
import { encodeMessages, MemoryMessages } from './memory.messages.js';
import { HeldConversation, type MemoryOwner } from './memory.owner.js';
import { MemoryRecords } from './memory.records.js';
import { bytesOfRecord } from './memory.sizes.js';

/** The options of the store in memory. */
export interface MemoryStoreOptions extends StoreLimits {
  /**
   * Bytes of all that the store holds: conversations with their turns and events, idempotency records,
   * and what takes memory around them. Over this bound the owner that holds the most loses what it used
   * least recently; a writing owner that holds more than an equal share loses its own first.
   */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Called when a living conversation is evicted. */
  readonly onEvict?: (conversation: Conversation) => void;
}

/**
 * Stores conversations in this process, for a laptop and for tests. Every method does its work in one
 * synchronous step, so it is atomic.
 */
export class MemoryConversationStore implements ConversationStore {
  readonly driver = 'memory';
  private readonly clock: () => number;
  private readonly holdings = new MemoryHoldings();
  private readonly eviction: MemoryEviction;
  private readonly unobserve: () => void;
  private evictions = 0;

  constructor(private readonly options: MemoryStoreOptions) {
    const { maxBytes, clock = Date.now, onEvict } = options;
    this.clock = clock;
    this.eviction = new MemoryEviction(this.holdings, {
      maxBytes,
      clock,
      onEvict: (conversation) => {
        this.evictions++;
        onEvict?.(conversation.toConversation());
      },
    });
    this.unobserve = memoryStates.add(() => ({
      conversations: this.holdings.conversations,
      bytes: this.holdings.bytes,
      maxBytes,
      evictions: this.evictions,
    }));
  }

  /** Roughly what the store takes in memory, as {@link MemoryStoreOptions.maxBytes} bounds it. */
  get bytes(): number {
    return this.holdings.bytes;
  }

  async create(
    owner: Owner,
    draft: NewConversation,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages } = draft;
    assertMessageCount(messages, 0);
    const now = this.clock();
    this.holdings.prune(now);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    const existing = this.existing(owner, id, now);
    const created = createConversation(owner, draft, existing, now, this.options);
    const holder = this.holdings.findOrMake(owner);
    const stored = MemoryMessages.of(encodeMessages(messages), created.createdAt);
    const conversation = new MemoryConversation(holder, created, stored, this.options);
    return this.add(holder, conversation, messages.length, idempotency);
  }

  async fork(
    owner: Owner,
    fork: NewFork,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const now = this.clock();
    this.holdings.prune(now);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    const { holder, conversation } = this.find(owner, fork.forkedFrom.id);
    const forked = conversation.fork(fork, this.existing(owner, fork.id, now), now);
    return this.add(holder, forked, 0, idempotency);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    return this.find(owner, id).conversation.read(range, this.clock());
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options: AppendOptions = {},
  ): Promise<WriteOutcome> {
    const { idempotency } = options;
    assertMessageCount(messages, 1);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    return this.change(owner, id, (stored, now, holder) =>
      this.written(holder, stored.append(messages, options, now), idempotency),
    );
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
    const held = this.find(owner, id);
    held.conversation.assertVersion(expectedVersion);
    this.holdings.remove(held);
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    const living = this.holdings.livingOf(owner, this.clock());
    const conversations = living.map((stored) => stored.toConversation());
    return pageOf(conversations, query, this.options.pageBytes);
  }

  async listIds(owner: Owner): Promise<readonly string[]> {
    return this.holdings.livingOf(owner, this.clock()).map(({ id }) => id);
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    return this.change(owner, id, (stored, now) => stored.touch(now));
  }

  async getState(owner: Owner, id: string): Promise<WorkingState> {
    return this.find(owner, id).conversation.getState();
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
    const { length } = this.holdings.livingOf(owner, this.clock());
    this.holdings.erase(owner);
    return length;
  }

  async beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    // The wrong use of a key is refused even if there is no conversation.
    if (!this.holdings.use(owner, conversationId, this.clock())) {
      this.records(this.holdings.findOrMake(owner)).find(turn.idempotency);
    }
    return this.change(owner, conversationId, (stored, now, holder) =>
      stored.beginTurn(turn, this.records(holder), now),
    );
  }

  async advanceTurn(
    { owner, conversationId, turnId }: TurnRef,
    step: TurnStep,
  ): Promise<TurnRenewal> {
    assertEvents(step.events);
    return this.change(
      owner,
      conversationId,
      (stored, now) => stored.advanceTurn(turnId, step, now),
      TurnLostError,
    );
  }

  async endTurn(
    { owner, conversationId, turnId }: TurnRef,
    ending: TurnEnding,
  ): Promise<TurnOutcome> {
    assertMessageCount(ending.replies, 0);
    assertEvents(ending.events);
    return this.change(
      owner,
      conversationId,
      (stored, now, holder) => stored.endTurn(turnId, ending, this.records(holder), now),
      TurnLostError,
    );
  }

  async readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    assertTurnQuery(query);
    const { conversation } = this.find(owner, conversationId, TurnNotFoundError);
    return conversation.readTurn(query, this.clock());
  }

  async cancelTurn({ owner, conversationId, turnId }: TurnRef): Promise<void> {
    this.change(
      owner,
      conversationId,
      (stored, now) => stored.cancelTurn(turnId, now),
      TurnNotFoundError,
    );
  }

  async flush(): Promise<number> {
    return 0;
  }

  /** The store is the process itself, so it always answers. */
  async ping(): Promise<StoreTiers> {
    return {};
  }

  async close(): Promise<void> {
    this.unobserve();
    this.holdings.clear();
  }

  private existing(owner: Owner, id: string, now: number): { hasId: boolean; count: number } {
    return {
      hasId: this.holdings.use(owner, id, now) !== undefined,
      count: this.holdings.livingOf(owner, now).length,
    };
  }

  /** Adds a new conversation, and answers with its first messages. */
  private add(
    holder: MemoryOwner,
    conversation: MemoryConversation,
    messageCount: number,
    idempotency: IdempotencyClaim | undefined,
  ): WriteOutcome {
    const recordBytes = idempotency ? bytesOfRecord(idempotency, conversation.id) : 0;
    assertQuota(holder, conversation.quotaBytes + recordBytes, this.options);
    const written = conversation.readFrom(1, messageCount);
    const outcome = this.written(holder, written, idempotency);
    this.put(new HeldConversation(holder, conversation));
    return outcome;
  }

  private find(
    owner: Owner,
    id: string,
    NotFound: new () => CodedError = ConversationNotFoundError,
  ): HeldConversation {
    const held = this.holdings.use(owner, id, this.clock());
    if (!held) throw new NotFound();
    return held;
  }

  /** Changes a conversation, and charges its owner for what it takes then. */
  private change<Result>(
    owner: Owner,
    id: string,
    change: (conversation: MemoryConversation, now: number, holder: MemoryOwner) => Result,
    NotFound?: new () => CodedError,
  ): Result {
    const now = this.clock();
    this.holdings.prune(now);
    const held = this.find(owner, id, NotFound);
    const result = change(held.conversation, now, held.holder);
    this.put(held);
    return result;
  }

  private put(held: HeldConversation): void {
    this.holdings.put(held);
    this.eviction.evict(held);
  }

  private records(holder: MemoryOwner): MemoryRecords {
    return new MemoryRecords(this.holdings, holder, this.clock());
  }

  /** Stores the idempotency record of a write, and makes its answer. */
  private written(
    holder: MemoryOwner,
    { conversation, messages }: ConversationWithMessages,
    claim: IdempotencyClaim | undefined,
  ): WriteOutcome {
    if (claim) this.records(holder).set(claim, recordWrite(claim, conversation, messages.length));
    return { conversation, messages, replayed: false };
  }

  private replay(owner: Owner, claim: IdempotencyClaim | undefined): WriteOutcome | undefined {
    if (!claim) return undefined;
    const record = this.records(this.holdings.findOrMake(owner)).find(claim);
    if (!record) return undefined;
    const { conversation } = this.find(owner, record.id);
    const { firstSeq, messageCount } = record;
    return { ...conversation.readFrom(firstSeq, messageCount), replayed: true };
  }
}
