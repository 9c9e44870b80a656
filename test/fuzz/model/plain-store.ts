import type {
  ChangeOptions,
  ConversationPage,
  ConversationPatch,
  ConversationStatus,
  ConversationWithMessages,
  IdempotencyClaim,
  JsonValue,
  ListQuery,
  Message,
  MessagePage,
  MessageRange,
  NewConversation,
  NewMessage,
  Owner,
  StateOptions,
  StoreLimits,
  WorkingState,
  WriteOptions,
  WriteOutcome,
} from 'conversation-store';
import { conversationOf, type PlainConversation, type PlainOwner } from './plain-conversation.js';
import { isRunning, type PlainTurn } from './plain-turn.js';
import { Refusal } from './refusal.js';

/**
 * What the store port promises of conversations, in maps and arrays: slow, forgetful, and obviously
 * right. It shares no code with the drivers, and has no clock: a test says what time it was.
 */
export class PlainStore {
  private readonly owners = new Map<Owner, PlainOwner>();

  constructor(
    private readonly limits: StoreLimits,
    /** Milliseconds at which a change is made; asked for changes only. */
    private readonly clock: () => number,
  ) {}

  create(owner: Owner, draft: NewConversation, { idempotency }: WriteOptions): WriteOutcome {
    if (draft.messages.length > 100) throw new RangeError();
    const own = this.of(owner);
    if (idempotency && own.records.has(idempotency.key)) return this.replay(owner, idempotency);
    if (own.conversations.has(draft.id)) throw new Refusal('conversation-exists');
    const { maxConversationsPerUser: limit } = this.limits;
    if (own.conversations.size >= limit) throw new Refusal('too-many-conversations', { limit });
    this.expectRoom(draft.messages.length);

    const now = this.clock();
    const stored: PlainConversation = {
      title: draft.title,
      externalId: draft.externalId,
      status: 'active',
      metadata: new Map(Object.entries(draft.metadata)),
      messages: [],
      version: 1,
      createdAt: now,
      updatedAt: now,
      lastAccessedAt: now,
      state: { value: null, version: 0 },
      turns: {},
      queue: [],
    };
    own.conversations.set(draft.id, stored);
    return this.addMessages(owner, draft.id, draft.messages, now, idempotency);
  }

  append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    { idempotency }: WriteOptions,
  ): WriteOutcome {
    if (messages.length < 1 || messages.length > 100) throw new RangeError();
    const { records } = this.of(owner);
    if (idempotency && records.has(idempotency.key)) return this.replay(owner, idempotency);
    const stored = this.find(owner, id);
    const { status } = stored;
    if (status !== 'active') throw new Refusal('conversation-closed', { status });
    this.expectRoom(stored.messages.length + messages.length);
    return this.addMessages(owner, id, messages, this.changeByAppend(stored), idempotency);
  }

  /** All of a page except for `accessDue`, which depends on the time of the read: see {@link isAccessDue}. */
  read(owner: Owner, id: string, { limit, from }: MessageRange): Omit<MessagePage, 'accessDue'> {
    if (limit < 0) throw new RangeError();
    if (from !== 'end' && 'after' in from && from.after < 0) throw new RangeError();
    if (from !== 'end' && 'before' in from && from.before < 1) throw new RangeError();
    const { conversation, messages } = this.show(owner, id);
    if (from !== 'end' && 'after' in from) {
      const newer = messages.filter(({ seq }) => seq > from.after);
      return { conversation, messages: newer.slice(0, limit), hasMore: newer.length > limit };
    }
    const older = messages.filter(({ seq }) => from === 'end' || seq < from.before);
    const page = limit === 0 ? [] : older.slice(-limit);
    return { conversation, messages: page, hasMore: older.length > limit };
  }

  /** Whether a read at that time counts as an access. */
  isAccessDue(owner: Owner, id: string, now: number): boolean {
    return now - this.find(owner, id).lastAccessedAt >= this.accessesApart();
  }

  update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions,
  ): unknown {
    const stored = this.find(owner, id);
    expectVersion(stored.version, expectedVersion);
    const metadata = new Map(patch.metadata === null ? [] : stored.metadata);
    for (const [key, value] of Object.entries(patch.metadata ?? {})) {
      if (value === null) metadata.delete(key);
      else metadata.set(key, value);
    }
    if (patch.metadata && metadata.size > 16) throw new Refusal('metadata-full', { limit: 16 });

    this.change(stored);
    stored.metadata = metadata;
    if (patch.title !== undefined) stored.title = patch.title ?? undefined;
    if (patch.externalId !== undefined) stored.externalId = patch.externalId ?? undefined;
    if (patch.status !== undefined) stored.status = patch.status;
    return this.show(owner, id).conversation;
  }

  delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions): void {
    expectVersion(this.find(owner, id).version, expectedVersion);
    this.of(owner).conversations.delete(id);
  }

  list(owner: Owner, { limit, after, statuses }: ListQuery): ConversationPage {
    const wanted: readonly ConversationStatus[] = statuses;
    const inOrder = this.listIds(owner)
      .map((id) => this.show(owner, id).conversation)
      .filter(({ status }) => wanted.includes(status))
      .sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime() || (a.id < b.id ? 1 : -1));
    const start = after ? inOrder.findIndex(({ id }) => id === after.id) + 1 : 0;
    const conversations = inOrder.slice(start, start + limit);
    const last = conversations.at(-1);
    return last && start + limit < inOrder.length
      ? { conversations, next: { updatedAt: last.updatedAt, id: last.id } }
      : { conversations };
  }

  listIds(owner: Owner): string[] {
    return [...this.of(owner).conversations.keys()].sort();
  }

  touch(owner: Owner, id: string): unknown {
    this.find(owner, id).lastAccessedAt = this.clock();
    return this.show(owner, id).conversation;
  }

  getState(owner: Owner, id: string): WorkingState {
    return this.find(owner, id).state;
  }

  putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions,
  ): number {
    const stored = this.find(owner, id);
    if (turnId !== undefined) this.expectRunning(stored, turnId);
    expectVersion(stored.state.version, expectedVersion);
    stored.lastAccessedAt = this.clock();
    stored.state = { value, version: expectedVersion + 1 };
    return stored.state.version;
  }

  /** There is no record behind it: nothing changes. */
  flush(): string {
    return 'flushed';
  }

  erase(owner: Owner): number {
    const { conversations, records } = this.of(owner);
    const count = conversations.size;
    conversations.clear();
    // Without a quota a driver may leave the records until they expire.
    if (this.limits.ownerQuotaBytes) records.clear();
    return count;
  }

  protected of(owner: Owner): PlainOwner {
    const own = this.owners.get(owner) ?? { conversations: new Map(), records: new Map() };
    this.owners.set(owner, own);
    return own;
  }

  protected find(owner: Owner, id: string): PlainConversation {
    const stored = this.of(owner).conversations.get(id);
    if (!stored) throw new Refusal('conversation-not-found');
    return stored;
  }

  protected show(owner: Owner, id: string): ConversationWithMessages {
    const stored = this.find(owner, id);
    return {
      conversation: conversationOf(owner, id, stored, this.limits.ttlMs),
      messages: stored.messages,
    };
  }

  protected expectRunning(stored: PlainConversation | undefined, turnId: string): PlainTurn {
    const latest = stored?.turns.latest;
    if (latest?.id !== turnId || !isRunning(latest)) throw new Refusal('turn-lost');
    return latest;
  }

  protected expectRoom(count: number): void {
    const { maxMessagesPerConversation: limit } = this.limits;
    if (count > limit) throw new Refusal('conversation-full', { limit });
  }

  /** Milliseconds within which a second append does not move the deadline again. */
  private accessesApart(): number {
    const { ttlMs } = this.limits;
    return ttlMs === null ? 60_000 : Math.min(60_000, ttlMs / 10);
  }

  protected changeByAppend(stored: PlainConversation): number {
    const { lastAccessedAt } = stored;
    const now = this.change(stored);
    if (now - lastAccessedAt < this.accessesApart()) stored.lastAccessedAt = lastAccessedAt;
    return now;
  }

  private change(stored: PlainConversation): number {
    const now = this.clock();
    stored.version++;
    stored.updatedAt = Math.max(now, stored.updatedAt);
    stored.lastAccessedAt = now;
    return now;
  }

  protected addMessages(
    owner: Owner,
    id: string,
    drafts: readonly NewMessage[],
    now: number,
    claim: IdempotencyClaim | undefined,
  ): WriteOutcome {
    const stored = this.find(owner, id);
    const first = stored.messages.length + 1;
    const added: Message[] = drafts.map((draft, i) => ({
      ...draft,
      seq: first + i,
      createdAt: new Date(now),
    }));
    stored.messages.push(...added);
    if (claim) {
      const { key, requestHash } = claim;
      const last = stored.messages.length;
      this.of(owner).records.set(key, { requestHash, id, first, last });
    }
    return { conversation: this.show(owner, id).conversation, messages: added, replayed: false };
  }

  private replay(owner: Owner, { key, requestHash }: IdempotencyClaim): WriteOutcome {
    const write = this.of(owner).records.get(key);
    if (write?.requestHash !== requestHash) throw new Refusal('idempotency-mismatch');
    const { conversation, messages } = this.show(owner, write.id);
    const written = messages.filter(({ seq }) => seq >= write.first && seq <= write.last);
    return { conversation, messages: written, replayed: true };
  }
}

function expectVersion(current: number, expected: number | undefined): void {
  if (expected === undefined || expected === current) return;
  throw new Refusal('version-conflict', { currentVersion: current });
}
