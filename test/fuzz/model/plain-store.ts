import type {
  AppendOptions,
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
  NewFork,
  NewMessage,
  Owner,
  StateOptions,
  StoreLimits,
  WorkingState,
  WriteOptions,
  WriteOutcome,
} from 'conversation-store';
import {
  conversationOf,
  type PlainConversation,
  type PlainMessage,
  type PlainOwner,
} from './plain-conversation.js';
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
      leafSeq: 0,
      version: 1,
      createdAt: now,
      updatedAt: now,
      lastAccessedAt: now,
      state: { value: null, version: 0 },
      turns: {},
      queue: [],
    };
    own.conversations.set(draft.id, stored);
    return this.addMessages(owner, draft.id, draft.messages, now, { idempotency });
  }

  fork(owner: Owner, { id, forkedFrom }: NewFork, { idempotency }: WriteOptions): WriteOutcome {
    const own = this.of(owner);
    if (idempotency && own.records.has(idempotency.key)) return this.replay(owner, idempotency);
    const source = this.find(owner, forkedFrom.id);
    const { seq } = forkedFrom;
    if (!source.messages.some((message) => message.seq === seq)) {
      throw new Refusal('message-not-found');
    }
    const path = pathTo(seq, source);
    const copied = source.messages.filter((message) => path.has(message.seq));
    const { title } = source;
    const draft = {
      id,
      ...(title !== undefined && { title }),
      metadata: Object.fromEntries(source.metadata),
      messages: [],
    };
    this.create(owner, draft, {});
    const messages = copied.map((message, i) => ({
      ...message,
      seq: i + 1,
      parentSeq: i,
      supersedes: undefined,
      isSuperseded: false,
    }));
    const fork = { ...this.find(owner, id), forkedFrom, messages, leafSeq: messages.length };
    own.conversations.set(id, fork);
    if (idempotency) {
      const { key, requestHash } = idempotency;
      own.records.set(key, { requestHash, id, first: messages.length + 1, last: messages.length });
    }
    return { conversation: this.show(owner, id).conversation, messages: [], replayed: false };
  }

  append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options: AppendOptions,
  ): WriteOutcome {
    const { idempotency } = options;
    if (messages.length < 1 || messages.length > 100) throw new RangeError();
    const { records } = this.of(owner);
    if (idempotency && records.has(idempotency.key)) return this.replay(owner, idempotency);
    const stored = this.find(owner, id);
    const { status } = stored;
    if (status !== 'active') throw new Refusal('conversation-closed', { status });
    this.expectRoom(stored.messages.length + messages.length);
    this.expectPlace(stored, options);
    return this.addMessages(owner, id, messages, this.changeByAppend(stored), options);
  }

  /** All of a page except for `accessDue`, which depends on the time of the read: see {@link isAccessDue}. */
  read(
    owner: Owner,
    id: string,
    { limit, from, branch }: MessageRange,
  ): Omit<MessagePage, 'accessDue'> {
    if (limit < 0 || (typeof branch === 'number' && branch < 1)) throw new RangeError();
    if (from !== 'end' && 'after' in from && from.after < 0) throw new RangeError();
    if (from !== 'end' && 'before' in from && from.before < 1) throw new RangeError();
    const { conversation, messages: all } = this.show(owner, id);
    const leafSeq = typeof branch === 'number' ? branch : conversation.leafSeq;
    if (typeof branch === 'number' && branch > all.length) throw new Refusal('message-not-found');
    const path = pathTo(leafSeq, this.find(owner, id));
    const messages = branch === 'all' ? all : all.filter(({ seq }) => path.has(seq));
    if (from !== 'end' && 'after' in from) {
      const newer = messages.filter(({ seq }) => seq > from.after);
      const hasMore = newer.length > limit;
      return { conversation, messages: newer.slice(0, limit), leafSeq, hasMore };
    }
    const older = messages.filter(({ seq }) => from === 'end' || seq < from.before);
    const page = limit === 0 ? [] : older.slice(-limit);
    return { conversation, messages: page, leafSeq, hasMore: older.length > limit };
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
    const { leafSeq = stored.leafSeq, ...others } = patch;
    if (patch.leafSeq !== undefined && !stored.messages.some(({ seq }) => seq === leafSeq)) {
      throw new Refusal('message-not-found');
    }
    const metadata = new Map(patch.metadata === null ? [] : stored.metadata);
    for (const [key, value] of Object.entries(patch.metadata ?? {})) {
      if (value === null) metadata.delete(key);
      else metadata.set(key, value);
    }
    if (patch.metadata && metadata.size > 16) throw new Refusal('metadata-full', { limit: 16 });

    const { updatedAt } = stored;
    this.change(stored);
    if (patch.leafSeq !== undefined && Object.keys(others).length === 0)
      stored.updatedAt = updatedAt;
    stored.leafSeq = leafSeq;
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
      messages: stored.messages.map((message) => shown(message, stored)),
    };
  }

  /** Where messages are to go: behind the leaf, another message or nothing, or in place of a message. */
  protected expectPlace(
    { messages, leafSeq }: PlainConversation,
    { parentSeq = leafSeq, supersedes }: Omit<AppendOptions, 'idempotency'>,
  ): void {
    if (supersedes === undefined) {
      if (parentSeq < 0 || parentSeq > messages.length) throw new Refusal('message-not-found');
      return;
    }
    const former = messages.find(({ seq }) => seq === supersedes);
    if (!former) throw new Refusal('message-not-found');
    if (former.isSuperseded) throw new Refusal('message-superseded');
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
    { idempotency, parentSeq, supersedes }: AppendOptions,
  ): WriteOutcome {
    const stored = this.find(owner, id);
    const first = stored.messages.length + 1;
    const former = stored.messages.find(({ seq }) => seq === supersedes);
    const parentOfFirst = former ? former.parentSeq : (parentSeq ?? stored.leafSeq);
    if (former) former.isSuperseded = true;
    drafts.forEach((draft, i) => {
      const seq = first + i;
      const parentSeq = i === 0 ? parentOfFirst : seq - 1;
      const createdAt = new Date(now);
      const place = { seq, parentSeq, supersedes: i === 0 ? supersedes : undefined };
      stored.messages.push({ ...draft, ...place, isSuperseded: false, createdAt });
      stored.leafSeq = seq;
    });
    if (idempotency) {
      const { key, requestHash } = idempotency;
      const last = stored.messages.length;
      this.of(owner).records.set(key, { requestHash, id, first, last });
    }
    const { conversation, messages } = this.show(owner, id);
    return { conversation, messages: messages.slice(first - 1), replayed: false };
  }

  private replay(owner: Owner, { key, requestHash }: IdempotencyClaim): WriteOutcome {
    const write = this.of(owner).records.get(key);
    if (write?.requestHash !== requestHash) throw new Refusal('idempotency-mismatch');
    const { conversation, messages } = this.show(owner, write.id);
    const written = messages.filter(({ seq }) => seq >= write.first && seq <= write.last);
    return { conversation, messages: written, replayed: true };
  }
}

/** The seqs of the messages that lead to one. */
function pathTo(leafSeq: number, { messages }: PlainConversation): Set<number> {
  const path = new Set<number>();
  for (let seq = leafSeq; seq > 0; seq = messages[seq - 1]?.parentSeq ?? 0) path.add(seq);
  return path;
}

/** The message as a page shows it. */
function shown(
  { id, seq, role, parts, metadata, createdAt, parentSeq, supersedes }: PlainMessage,
  { messages }: PlainConversation,
): Message {
  const siblings = messages
    .filter((other) => other.parentSeq === parentSeq && !other.isSuperseded)
    .map((other) => other.seq);
  return {
    ...{ id, seq, role, parts, createdAt },
    ...(metadata !== undefined && { metadata }),
    ...(parentSeq !== seq - 1 && { parentSeq }),
    ...(siblings.length > 1 && { siblings }),
    ...(supersedes !== undefined && { supersedes }),
  };
}

function expectVersion(current: number, expected: number | undefined): void {
  if (expected === undefined || expected === current) return;
  throw new Refusal('version-conflict', { currentVersion: current });
}
