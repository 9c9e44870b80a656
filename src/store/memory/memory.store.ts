import { LRUCache } from 'lru-cache';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../domain/conversation.js';
import {
  IDEMPOTENCY_WINDOW_MS,
  type IdempotencyClaim,
  type RememberedWrite,
} from '../../domain/idempotency.js';
import type { Message, NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import { applyPatch } from '../conversation-patch.js';
import type {
  ChangeOptions,
  ConversationPage,
  ConversationStore,
  ListPosition,
  ListQuery,
  MessagePage,
  MessageRange,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  IdempotencyMismatchError,
  TooManyConversationsError,
  VersionConflictError,
} from '../store.errors.js';
import { assertMessageCount, assertRange } from '../preconditions.js';
import type { StoreLimits } from '../store.limits.js';
import { encodeState } from '../working-state.codec.js';
import {
  MemoryRecords,
  ownerKey,
  type MemoryMessage,
  type MemoryRecord,
} from './memory.records.js';

export interface MemoryStoreOptions extends StoreLimits {
  /** Bytes of conversations after which the least recently used goes. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** Called when a living conversation has to go to make room. */
  readonly onEvict?: (conversation: Conversation) => void;
}

/** Outcomes remembered at once; the oldest go first. */
const MAX_REMEMBERED_WRITES = 100_000;

/**
 * Keeps conversations in this process, for a laptop and for tests. Every method does its work in one
 * synchronous step, which is what makes it atomic.
 */
export class MemoryConversationStore implements ConversationStore {
  readonly driver = 'memory';
  private readonly clock: () => number;
  private readonly records: MemoryRecords;
  private readonly remembered: LRUCache<string, RememberedWrite>;

  constructor(private readonly options: MemoryStoreOptions) {
    const clock = (this.clock = options.clock ?? Date.now);
    this.records = new MemoryRecords({
      maxBytes: options.maxBytes,
      clock,
      onEvict: ({ conversation }) => options.onEvict?.(conversation),
    });
    this.remembered = new LRUCache({
      max: MAX_REMEMBERED_WRITES,
      ttl: IDEMPOTENCY_WINDOW_MS,
      ttlResolution: 0,
      perf: { now: clock },
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
    const limit = this.options.maxConversationsPerUser;
    if (this.records.ownedBy(owner).length >= limit) throw new TooManyConversationsError(limit);
    this.expectRoom(messages.length);
    if (this.records.find(owner, draft.id)) throw new ConversationExistsError();
    const now = this.clock();
    const record: MemoryRecord = {
      owner,
      conversation: {
        ...draft,
        ...owner,
        metadata: { ...draft.metadata },
        status: 'active',
        messageCount: 0,
        version: 1,
        createdAt: new Date(now),
        updatedAt: new Date(now),
        ...this.accessedAt(now),
      },
      messages: [],
      state: { json: 'null', version: 0 },
      bytes: 0,
    };
    record.bytes = bytesOf(record.conversation);
    return this.commit(record, messages, now, idempotency);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    const { limit, from } = range;
    const { conversation, messages } = this.find(owner, id);
    if (from !== 'end' && 'after' in from) {
      const start = Math.min(from.after, messages.length);
      const page = readMessages(messages, start, start + limit);
      const hasMore = start + page.length < messages.length;
      return { conversation: copy(conversation), messages: page, hasMore };
    }
    const end = from === 'end' ? messages.length : Math.min(from.before - 1, messages.length);
    const start = Math.max(0, end - limit);
    const page = readMessages(messages, start, end);
    return { conversation: copy(conversation), messages: page, hasMore: start > 0 };
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
    const { status, version } = record.conversation;
    if (status !== 'active') throw new ConversationClosedError(status);
    this.expectRoom(record.messages.length + messages.length);
    const now = this.clock();
    record.conversation = { ...this.changed(record.conversation, now), version: version + 1 };
    return this.commit(record, messages, now, idempotency);
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
    const changed = this.changed(record.conversation, this.clock());
    const bytes = record.bytes - bytesOf(record.conversation);
    record.conversation = { ...applyPatch(changed, patch), version: version + 1 };
    record.bytes = bytes + bytesOf(record.conversation);
    this.records.keep(record);
    return copy(record.conversation);
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    const record = this.find(owner, id);
    expectVersion(record.conversation.version, expectedVersion);
    this.records.remove(record);
  }

  async list(owner: Owner, { limit, after, statuses }: ListQuery): Promise<ConversationPage> {
    const behind = this.records
      .ownedBy(owner)
      .map(({ conversation }) => conversation)
      .filter(({ status }) => statuses.includes(status))
      .filter((conversation) => !after || newestFirst(after, conversation) < 0)
      .sort(newestFirst);
    const conversations = behind.slice(0, limit).map(copy);
    const last = conversations.at(-1);
    if (!last || behind.length === conversations.length) return { conversations };
    return { conversations, next: { updatedAt: last.updatedAt, id: last.id } };
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
  ): Promise<number> {
    const json = encodeState(value);
    const record = this.find(owner, id);
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

  /** Adds the messages to the record, keeps it, and remembers the outcome: the end of both writes. */
  private commit(
    record: MemoryRecord,
    drafts: readonly NewMessage[],
    now: number,
    idempotency: IdempotencyClaim | undefined,
  ): WriteOutcome {
    const firstSeq = record.messages.length + 1;
    const added = drafts.map((draft) => ({ json: JSON.stringify(draft), createdAt: now }));
    record.messages.push(...added);
    record.bytes += added.reduce((sum, { json }) => sum + json.length, 0);
    record.conversation = { ...record.conversation, messageCount: record.messages.length };
    this.records.keep(record);
    if (idempotency) {
      const { id } = record.conversation;
      const { key, requestHash } = idempotency;
      const outcome = { requestHash, id, firstSeq, messageCount: drafts.length };
      this.remembered.set(rememberedKey(record.owner, key), outcome);
    }
    const messages = readMessages(record.messages, firstSeq - 1);
    return { conversation: copy(record.conversation), messages, replayed: false };
  }

  private expectRoom(messageCount: number): void {
    const limit = this.options.maxMessagesPerConversation;
    if (messageCount > limit) throw new ConversationFullError(limit);
  }

  private replay(owner: Owner, claim: IdempotencyClaim | undefined): WriteOutcome | undefined {
    const write = claim && this.remembered.get(rememberedKey(owner, claim.key));
    if (!write) return undefined;
    if (write.requestHash !== claim.requestHash) throw new IdempotencyMismatchError();
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

  /** `updatedAt` never runs backwards, even if the clock does. */
  private changed(conversation: Conversation, now: number): Conversation {
    const updatedAt = new Date(Math.max(now, conversation.updatedAt.getTime()));
    return { ...conversation, updatedAt, ...this.accessedAt(now) };
  }
}

/** What a conversation without its messages takes, in bytes, roughly. */
function bytesOf(conversation: Conversation): number {
  return 512 + JSON.stringify(conversation).length;
}

/** Nobody outside holds a reference into the store. */
function copy(conversation: Conversation): Conversation {
  return { ...conversation, metadata: { ...conversation.metadata } };
}

function readMessages(messages: readonly MemoryMessage[], start: number, end?: number): Message[] {
  return messages.slice(start, end).map(({ json, createdAt }, i) => ({
    ...(JSON.parse(json) as NewMessage),
    seq: start + i + 1,
    createdAt: new Date(createdAt),
  }));
}

function rememberedKey(owner: Owner, key: string): string {
  return ownerKey(owner) + key;
}

function expectVersion(current: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== current) throw new VersionConflictError(current);
}

/** The order of a list, as a comparator: later `updatedAt` first, ties by descending id. */
function newestFirst(a: ListPosition, b: ListPosition): number {
  const later = b.updatedAt.getTime() - a.updatedAt.getTime();
  return later !== 0 ? later : a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
