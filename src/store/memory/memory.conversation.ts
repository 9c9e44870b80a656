import { isAccessDue } from '../../domain/access.js';
import { leafOf, spansOf, withBranches } from '../../domain/branches.js';
import {
  accessConversation,
  appendMessages,
  forkConversation,
  updateConversation,
} from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import { heldTurn, NO_TURNS, readableTurn } from '../../domain/conversation-turns.js';
import type {
  BranchedConversation,
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
  NewFork,
} from '../../domain/conversation.js';
import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { fittingSpans, type MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import { assertQuota, type QuotaUsage } from '../../domain/owner-quota.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { toTurn, type StoredTurn } from '../../domain/stored-turn.js';
import { withoutBranches } from '../../domain/without-branches.js';
import { recordTurn } from '../../domain/turn-record.js';
import { admitTurn } from '../../domain/turn-admission.js';
import {
  advanceTurn,
  cancelTurn,
  endTurn,
  followedMs,
  followTurn,
} from '../../domain/turn-steps.js';
import type { NewTurn, Turn, TurnBeginning, TurnEnding, TurnPage } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { AppendOptions, MessagePage } from '../conversation-store.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep } from '../turn-store.js';
import { encodeMessages, type MemoryMessages } from './memory.messages.js';
import { bytesOfConversation, bytesOfRecord, bytesOfText, bytesOfTurns } from './memory.sizes.js';
import { MemoryTurnEvents } from './memory.turn-events.js';

/** The idempotency records of the owner of a conversation. */
export interface RecordAccess {
  /** The record under the key of the claim, even if another request made it. */
  get(claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined;
  set(claim: IdempotencyClaim, record: IdempotencyRecord): void;
}

/**
 * A conversation with all that belongs to it. The rules are the domain's: each method calls one of them
 * and stores the result. A rule that throws has changed nothing. Every `now` is in milliseconds since
 * the epoch.
 */
export class MemoryConversation {
  private state = { json: 'null', version: 0 };
  private turns = NO_TURNS;
  private readonly turnEvents = new MemoryTurnEvents();
  private conversationBytes: number;
  private stateBytes = 0;

  /** @param conversation a new one, which has the messages */
  constructor(
    private readonly usage: QuotaUsage,
    private conversation: BranchedConversation,
    private readonly messages: MemoryMessages,
    private readonly limits: StoreLimits,
  ) {
    this.conversationBytes = bytesOfConversation(conversation);
  }

  get id(): string {
    return this.conversation.id;
  }

  get expiresAt(): Date | null {
    return this.conversation.expiresAt;
  }

  /** Roughly what the conversation takes in memory. */
  get bytes(): number {
    const { branches } = this.conversation;
    return this.quotaBytes + branches.length + bytesOfTurns(this.turns) + this.turnEvents.bytes;
  }

  /** The part of it that counts towards the quota. Turns do not: the store forgets them by itself. */
  get quotaBytes(): number {
    return this.conversationBytes + this.messages.bytes + this.stateBytes;
  }

  /**
   * Drops the oldest events of turns, `bytes` of them if there are as many.
   * @returns whether there were any
   */
  trimEvents(bytes: number): boolean {
    const before = this.turnEvents.bytes;
    this.turnEvents.trim(bytes);
    return this.turnEvents.bytes < before;
  }

  /** A copy: nobody outside holds a reference into the store. */
  toConversation(): Conversation {
    const conversation = withoutBranches(this.conversation);
    return { ...conversation, metadata: { ...conversation.metadata } };
  }

  read(range: MessageRange, now: number): MessagePage {
    const { messages, limits } = this;
    const wanted = spansOf(range, this.conversation);
    const { spans, isWhole } = fittingSpans(wanted.spans, range, limits.pageBytes, (seq) =>
      messages.bytesAt(seq),
    );
    const page = spans.flatMap((span) => messages.slice(span));
    return {
      conversation: this.toConversation(),
      messages: withBranches(page, this.conversation),
      leafSeq: leafOf(range, this.conversation),
      hasMore: wanted.hasMore || !isWhole,
      accessDue: isAccessDue(this.conversation, now, limits.ttlMs),
    };
  }

  /** A copy of the branch up to a message. */
  fork(
    fork: NewFork,
    existing: { readonly hasId: boolean; readonly count: number },
    now: number,
  ): MemoryConversation {
    const range = { limit: Infinity, from: 'end', branch: fork.forkedFrom.seq } as const;
    const messages = this.messages.copyOf(spansOf(range, this.conversation).spans);
    const { conversation, limits } = this;
    const forked = forkConversation(conversation, fork, messages.count, existing, now, limits);
    return new MemoryConversation(this.usage, forked, messages, limits);
  }

  /** `count` messages from `firstSeq` on. */
  readFrom(firstSeq: number, count: number): ConversationWithMessages {
    const messages = this.messages.slice({ first: firstSeq, last: firstSeq + count - 1 });
    return {
      conversation: this.toConversation(),
      messages: withBranches(messages, this.conversation),
    };
  }

  append(
    drafts: readonly NewMessage[],
    { idempotency: claim, parentSeq, supersedes }: AppendOptions,
    now: number,
  ): ConversationWithMessages {
    const placement = { count: drafts.length, parentSeq, supersedes };
    const appended = appendMessages(this.conversation, placement, now, this.limits);
    const encoded = encodeMessages(drafts);
    this.assertQuota(encoded.bytes + this.bytesOfRecord(claim));
    this.conversation = appended;
    const messages = this.messages.add(encoded, appended.updatedAt);
    return {
      conversation: this.toConversation(),
      messages: withBranches(messages, this.conversation),
    };
  }

  update(patch: ConversationPatch, expectedVersion: number | undefined, now: number): Conversation {
    const { ttlMs } = this.limits;
    const updated = updateConversation(this.conversation, patch, expectedVersion, now, ttlMs);
    const bytes = bytesOfConversation(updated);
    this.assertQuota(bytes - this.conversationBytes);
    this.conversation = updated;
    this.conversationBytes = bytes;
    return this.toConversation();
  }

  /** @throws VersionConflictError */
  assertVersion(expected: number | undefined): void {
    assertVersion(this.conversation.version, expected);
  }

  touch(now: number): Conversation {
    this.conversation = accessConversation(this.conversation, now, this.limits.ttlMs);
    return this.toConversation();
  }

  getState(): WorkingState {
    const { json, version } = this.state;
    return { value: JSON.parse(json) as JsonValue, version };
  }

  /** @returns the new version of the state */
  putState(json: string, expectedVersion: number, turnId: string | undefined, now: number): number {
    if (turnId !== undefined) heldTurn(this.turns, turnId, now);
    assertVersion(this.state.version, expectedVersion);
    const bytes = bytesOfText(json);
    this.assertQuota(bytes - this.stateBytes);
    this.state = { json, version: expectedVersion + 1 };
    this.stateBytes = bytes;
    this.touch(now);
    return this.state.version;
  }

  beginTurn(newTurn: NewTurn, records: RecordAccess, now: number): TurnBeginning {
    const { conversation, turns } = this;
    const record = records.get(newTurn.idempotency);
    const admission = admitTurn({ conversation, turns, record }, newTurn, now, this.limits);
    if (admission.outcome === 'running') return this.begun(admission.turn, now);
    if (admission.outcome !== 'begun') {
      this.turns = admission.turns;
      if (admission.outcome === 'queued') return { outcome: 'queued' };
      return { outcome: 'replayed', turn: admission.turn };
    }
    const encoded = encodeMessages('message' in newTurn.input ? [newTurn.input.message] : []);
    this.assertQuota(encoded.bytes + this.bytesOfRecord(newTurn.idempotency, newTurn.id));
    this.turns = admission.turns;
    this.conversation = admission.conversation;
    this.messages.add(encoded, this.conversation.updatedAt);
    this.turnEvents.retain([this.turns.latest?.id, this.turns.previous?.id]);
    this.record(newTurn.idempotency, admission.turn, records, now);
    return this.begun(admission.turn, now);
  }

  advanceTurn(turnId: string, step: TurnStep, now: number): TurnRenewal {
    const { turn, turns, events } = advanceTurn(this.turns, turnId, step, now);
    this.turns = turns;
    this.turnEvents.add(turnId, events);
    return { cancelRequested: turn.cancelRequested, followedMs: followedMs(turn, now) };
  }

  endTurn(turnId: string, ending: TurnEnding, records: RecordAccess, now: number): TurnOutcome {
    const end = endTurn(this.conversation, this.turns, turnId, ending, now, this.limits);
    if (end) {
      this.conversation = end.conversation;
      this.turns = end.turns;
      this.messages.add(encodeMessages(end.replies), this.conversation.updatedAt);
      this.turnEvents.add(turnId, end.events);
      this.record(ending.idempotency, end.turn, records, now);
    }
    const turn = this.view(readableTurn(this.turns, turnId), now);
    const { seq, count } = turn.replies ?? { seq: 1, count: 0 };
    return { turn, ...this.readFrom(seq, count) };
  }

  readTurn(query: TurnQuery, now: number): TurnPage {
    const turn = readableTurn(this.turns, query.turnId);
    const { followMs = 0 } = query;
    if (followMs > 0) this.turns = followTurn(this.turns, turn.id, followMs, now) ?? this.turns;
    return { turn: this.view(turn, now), ...this.turnEvents.read(turn.id, query) };
  }

  cancelTurn(turnId: string, now: number): void {
    this.turns = cancelTurn(this.turns, turnId, now);
  }

  private begun(turn: StoredTurn, now: number): TurnBeginning {
    return { outcome: 'begun', turn: this.view(turn, now), ...this.readFrom(turn.userSeq, 1) };
  }

  private record(
    claim: IdempotencyClaim | undefined,
    turn: StoredTurn,
    records: RecordAccess,
    now: number,
  ): void {
    if (claim) records.set(claim, recordTurn(claim, this.view(turn, now)));
  }

  /** @throws QuotaExceededError */
  private assertQuota(addedBytes: number): void {
    assertQuota(this.usage, addedBytes, this.limits);
  }

  private bytesOfRecord(claim: IdempotencyClaim | undefined, turnId?: string): number {
    return claim ? bytesOfRecord(claim, this.id, turnId) : 0;
  }

  private view(turn: StoredTurn, now: number): Turn {
    return toTurn(this.id, turn, now);
  }
}
