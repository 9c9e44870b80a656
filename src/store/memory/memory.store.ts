import { isAccessDue } from '../../domain/access.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { Message, NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { applyPatch } from '../../domain/conversation-patch.js';
import type {
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import type { MessageRange } from '../../domain/message-range.js';
import {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  TooManyConversationsError,
  VersionConflictError,
} from '../../domain/conversation.errors.js';
import { pageOf } from '../../domain/conversation-list.js';
import { boundsOf } from '../../domain/message-range.js';
import { assertMessageCount, assertRange } from '../preconditions.js';
import type { StoreLimits } from '../store.limits.js';
import { encodeState } from '../working-state.codec.js';
import { bytesOf, copy, newRecord, readMessages, type MemoryRecord } from './memory.record.js';
import { MemoryRecords } from './memory.records.js';
import { MemoryTurns } from './memory.turns.js';
import { RememberedWrites } from './remembered-writes.js';

/** The options of the store in memory. */
export interface MemoryStoreOptions extends StoreLimits {
  /** Bytes of conversations after which the least recently used goes. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Called when a living conversation has to go to make room. */
  readonly onEvict?: (conversation: Conversation) => void;
}

/**
 * Keeps conversations in this process, for a laptop and for tests. Every method does its work in one
 * synchronous step, which is what makes it atomic.
 */
export class MemoryConversationStore implements ConversationStore {
  readonly driver = 'memory';
  private readonly clock: () => number;
  private readonly records: MemoryRecords;
  private readonly remembered: RememberedWrites;
  private readonly turns: MemoryTurns;

  constructor(private readonly options: MemoryStoreOptions) {
    const clock = (this.clock = options.clock ?? Date.now);
    this.records = new MemoryRecords({
      maxBytes: options.maxBytes,
      clock,
      onEvict: ({ conversation }) => options.onEvict?.(conversation),
    });
    this.remembered = new RememberedWrites(clock);
    this.turns = new MemoryTurns({
      clock,
      remembered: this.remembered,
      find: (owner, id) => this.find(owner, id),
      expectRoom: (record, count) => this.expectRoom(record.messages.length + count),
      append: (record, messages, status) => this.appendTo(record, messages, status),
    });
  }

  async create(
    owner: Owner,
    { messages, ...draft }: NewConversation,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(messages, 0);
    const replay = this.replay(owner, idempotency);
    if (replay) return replay;
    if (this.records.find(owner, draft.id)) throw new ConversationExistsError();
    const limit = this.options.maxConversationsPerUser;
    if (this.records.ownedBy(owner).length >= limit) throw new TooManyConversationsError(limit);
    this.expectRoom(messages.length);
    const now = this.clock();
    const record = newRecord(owner, draft, now, this.accessedAt(now));
    return this.remember(record, this.add(record, messages), idempotency);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    const { conversation, messages } = this.find(owner, id);
    const { start, end, hasMore } = boundsOf(range, messages.length);
    return {
      conversation: copy(conversation),
      messages: readMessages(messages, start, end),
      hasMore,
      accessDue: isAccessDue(conversation, this.clock(), this.options.ttlMs),
    };
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
    const record = this.find(owner, id);
    const { status } = record.conversation;
    if (status !== 'active') throw new ConversationClosedError(status);
    this.expectRoom(record.messages.length + messages.length);
    return this.remember(record, this.appendTo(record, messages), idempotency);
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions = {},
  ): Promise<Conversation> {
    const record = this.find(owner, id);
    const { version } = record.conversation;
    expectVersion(version, expectedVersion);
    const now = this.clock();
    const bytes = record.bytes - bytesOf(record.conversation);
    record.conversation = {
      ...applyPatch(record.conversation, patch),
      ...this.accessedAt(now),
      updatedAt: changedAt(record.conversation, now),
      version: version + 1,
    };
    record.bytes = bytes + bytesOf(record.conversation);
    this.records.keep(record);
    return copy(record.conversation);
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    const record = this.find(owner, id);
    expectVersion(record.conversation.version, expectedVersion);
    this.records.remove(record);
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    return pageOf(
      this.records.ownedBy(owner).map(({ conversation }) => copy(conversation)),
      query,
    );
  }

  async listIds(owner: Owner): Promise<readonly string[]> {
    return this.records.ownedBy(owner).map(({ conversation }) => conversation.id);
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    const record = this.find(owner, id);
    this.access(record);
    return copy(record.conversation);
  }

  async getState(owner: Owner, id: string): Promise<WorkingState> {
    const { json, version } = this.find(owner, id).state;
    return { value: JSON.parse(json) as JsonValue, version };
  }

  async putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions = {},
  ): Promise<number> {
    const json = encodeState(value);
    const record = this.find(owner, id);
    if (turnId !== undefined) this.turns.held({ owner, conversationId: id, turnId });
    expectVersion(record.state.version, expectedVersion);
    record.bytes += json.length - record.state.json.length;
    record.state = { json, version: expectedVersion + 1 };
    this.access(record);
    return record.state.version;
  }

  async erase(owner: Owner): Promise<number> {
    const records = this.records.ownedBy(owner);
    for (const record of records) this.records.remove(record);
    return records.length;
  }

  async beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    return this.turns.begin(owner, conversationId, turn);
  }

  async advanceTurn(turn: TurnRef, step: TurnStep): Promise<{ cancelRequested: boolean }> {
    return this.turns.advance(turn, step);
  }

  async endTurn(turn: TurnRef, ending: TurnEnding): Promise<TurnOutcome> {
    return this.turns.end(turn, ending);
  }

  async readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    return this.turns.read(owner, conversationId, query);
  }

  async cancelTurn(turn: TurnRef): Promise<void> {
    this.turns.cancel(turn);
  }

  async ping(): Promise<void> {
    // It is the process: as long as anybody can ask, it is there.
  }

  async close(): Promise<void> {
    this.records.clear();
    this.remembered.clear();
  }

  private find(owner: Owner, id: string): MemoryRecord {
    const record = this.records.find(owner, id);
    if (!record) throw new ConversationNotFoundError();
    return record;
  }

  /** Adds messages to a conversation that there was before: a change, with a new version. */
  private appendTo(
    record: MemoryRecord,
    drafts: readonly NewMessage[],
    status = record.conversation.status,
  ): Message[] {
    const { conversation } = record;
    const now = this.clock();
    record.conversation = {
      ...conversation,
      ...(isAccessDue(conversation, now, this.options.ttlMs) && this.accessedAt(now)),
      status,
      updatedAt: changedAt(conversation, now),
      version: conversation.version + 1,
    };
    return this.add(record, drafts);
  }

  private add(record: MemoryRecord, drafts: readonly NewMessage[]): Message[] {
    const count = record.messages.length;
    const createdAt = record.conversation.updatedAt.getTime();
    const added = drafts.map((draft) => ({ json: JSON.stringify(draft), createdAt }));
    record.messages.push(...added);
    record.bytes += added.reduce((sum, { json }) => sum + json.length, 0);
    record.conversation = { ...record.conversation, messageCount: record.messages.length };
    this.records.keep(record);
    return readMessages(record.messages, count);
  }

  /** The outcome of a write that takes messages. */
  private remember(
    record: MemoryRecord,
    messages: readonly Message[],
    idempotency: IdempotencyClaim | undefined,
  ): WriteOutcome {
    const { conversation, owner } = record;
    const firstSeq = conversation.messageCount - messages.length + 1;
    const write = { id: conversation.id, firstSeq, messageCount: messages.length };
    if (idempotency) this.remembered.keep(owner, idempotency, write);
    return { conversation: copy(conversation), messages, replayed: false };
  }

  private expectRoom(messageCount: number): void {
    const limit = this.options.maxMessagesPerConversation;
    if (messageCount > limit) throw new ConversationFullError(limit);
  }

  private replay(owner: Owner, claim: IdempotencyClaim | undefined): WriteOutcome | undefined {
    const write = this.remembered.find(owner, claim);
    if (!write) return undefined;
    const { conversation, messages } = this.find(owner, write.id);
    const start = write.firstSeq - 1;
    return {
      conversation: copy(conversation),
      messages: readMessages(messages, start, start + write.messageCount),
      replayed: true,
    };
  }

  private access(record: MemoryRecord): void {
    record.conversation = { ...record.conversation, ...this.accessedAt(this.clock()) };
    this.records.keep(record);
  }

  private accessedAt(now: number): Pick<Conversation, 'lastAccessedAt' | 'expiresAt'> {
    return { lastAccessedAt: new Date(now), expiresAt: new Date(now + this.options.ttlMs) };
  }
}

/** `updatedAt` never runs backwards, even if the clock does. */
function changedAt({ updatedAt }: Conversation, now: number): Date {
  return new Date(Math.max(now, updatedAt.getTime()));
}

function expectVersion(current: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== current) throw new VersionConflictError(current);
}
