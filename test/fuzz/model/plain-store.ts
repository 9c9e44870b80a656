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
  StoreLimits,
  WorkingState,
  WriteOptions,
  WriteOutcome,
} from 'conversation-store';
import { conversationOf, type PlainConversation, type PlainOwner } from './plain-conversation.js';
import { Refusal } from './refusal.js';

/**
 * What the store port promises, in maps and arrays: slow, forgetful, and obviously right. It shares
 * no code with the drivers, and has no clock: a test says what time it was.
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
    if (idempotency && own.remembered.has(idempotency.key)) return this.replay(owner, idempotency);
    if (own.conversations.has(draft.id)) throw new Refusal('conversation-exists');
    const { maxConversationsPerUser: limit } = this.limits;
    if (own.conversations.size >= limit) throw new Refusal('too-many-conversations', { limit });
    this.expectRoom(draft.messages.length);

    const now = this.clock();
    const kept: PlainConversation = {
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
    };
    own.conversations.set(draft.id, kept);
    return this.addMessages(owner, draft.id, draft.messages, now, idempotency);
  }

  append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    { idempotency }: WriteOptions,
  ): WriteOutcome {
    if (messages.length < 1 || messages.length > 100) throw new RangeError();
    const { remembered } = this.of(owner);
    if (idempotency && remembered.has(idempotency.key)) return this.replay(owner, idempotency);
    const kept = this.find(owner, id);
    const { status } = kept;
    if (status !== 'active') throw new Refusal('conversation-closed', { status });
    this.expectRoom(kept.messages.length + messages.length);

    const lastAccessedAt = kept.lastAccessedAt;
    const now = this.change(kept);
    if (now - lastAccessedAt < this.accessesApart()) kept.lastAccessedAt = lastAccessedAt;
    return this.addMessages(owner, id, messages, now, idempotency);
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
    const kept = this.find(owner, id);
    expectVersion(kept.version, expectedVersion);
    const metadata = new Map(patch.metadata === null ? [] : kept.metadata);
    for (const [key, value] of Object.entries(patch.metadata ?? {})) {
      if (value === null) metadata.delete(key);
      else metadata.set(key, value);
    }
    if (patch.metadata && metadata.size > 16) throw new Refusal('metadata-full', { limit: 16 });

    this.change(kept);
    kept.metadata = metadata;
    if (patch.title !== undefined) kept.title = patch.title ?? undefined;
    if (patch.externalId !== undefined) kept.externalId = patch.externalId ?? undefined;
    if (patch.status !== undefined) kept.status = patch.status;
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

  putState(owner: Owner, id: string, value: JsonValue, expectedVersion: number): number {
    const kept = this.find(owner, id);
    expectVersion(kept.state.version, expectedVersion);
    kept.lastAccessedAt = this.clock();
    kept.state = { value, version: expectedVersion + 1 };
    return kept.state.version;
  }

  erase(owner: Owner): number {
    const { conversations } = this.of(owner);
    const count = conversations.size;
    conversations.clear();
    return count;
  }

  private of(owner: Owner): PlainOwner {
    const own = this.owners.get(owner) ?? { conversations: new Map(), remembered: new Map() };
    this.owners.set(owner, own);
    return own;
  }

  private find(owner: Owner, id: string): PlainConversation {
    const kept = this.of(owner).conversations.get(id);
    if (!kept) throw new Refusal('conversation-not-found');
    return kept;
  }

  private show(owner: Owner, id: string): ConversationWithMessages {
    const kept = this.find(owner, id);
    return {
      conversation: conversationOf(owner, id, kept, this.limits.ttlMs),
      messages: kept.messages,
    };
  }

  private expectRoom(count: number): void {
    const { maxMessagesPerConversation: limit } = this.limits;
    if (count > limit) throw new Refusal('conversation-full', { limit });
  }

  /** Milliseconds within which a second append does not move the deadline again. */
  private accessesApart(): number {
    return Math.min(60_000, this.limits.ttlMs / 10);
  }

  private change(kept: PlainConversation): number {
    const now = this.clock();
    kept.version++;
    kept.updatedAt = Math.max(now, kept.updatedAt);
    kept.lastAccessedAt = now;
    return now;
  }

  private addMessages(
    owner: Owner,
    id: string,
    drafts: readonly NewMessage[],
    now: number,
    claim: IdempotencyClaim | undefined,
  ): WriteOutcome {
    const kept = this.find(owner, id);
    const first = kept.messages.length + 1;
    const added: Message[] = drafts.map((draft, i) => ({
      ...draft,
      seq: first + i,
      createdAt: new Date(now),
    }));
    kept.messages.push(...added);
    if (claim) {
      const { key, requestHash } = claim;
      const last = kept.messages.length;
      this.of(owner).remembered.set(key, { requestHash, id, first, last });
    }
    return { conversation: this.show(owner, id).conversation, messages: added, replayed: false };
  }

  private replay(owner: Owner, { key, requestHash }: IdempotencyClaim): WriteOutcome {
    const write = this.of(owner).remembered.get(key);
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
