import { isAccessDue } from '../../domain/access.js';
import {
  accessConversation,
  appendMessages,
  updateConversation,
} from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import { heldTurn, NO_TURNS, readableTurn } from '../../domain/conversation-turns.js';
import type {
  Conversation,
  ConversationPatch,
  ConversationWithMessages,
} from '../../domain/conversation.js';
import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { boundsOf, type MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import { assertQuota, type QuotaUsage } from '../../domain/owner-quota.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { toTurn, type StoredTurn } from '../../domain/stored-turn.js';
import { recordTurn } from '../../domain/turn-record.js';
import { admitTurn } from '../../domain/turn-admission.js';
import { advanceTurn, cancelTurn, endTurn } from '../../domain/turn-steps.js';
import type { NewTurn, Turn, TurnBeginning, TurnEnding, TurnPage } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { MessagePage } from '../conversation-store.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { encodeMessages, MemoryMessages, type EncodedMessages } from './memory.messages.js';
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
  private readonly messages = new MemoryMessages();
  private state = { json: 'null', version: 0 };
  private turns = NO_TURNS;
  private readonly turnEvents = new MemoryTurnEvents();
  private conversationBytes: number;
  private stateBytes = 0;

  /** @param conversation a new one, with `messages` as its first messages */
  constructor(
    private readonly usage: QuotaUsage,
    private conversation: Conversation,
    messages: EncodedMessages,
    private readonly limits: StoreLimits,
  ) {
    this.conversationBytes = bytesOfConversation(conversation);
    this.messages.add(messages, conversation.createdAt);
  }

  get id(): string {
    return this.conversation.id;
  }

  get expiresAt(): Date | null {
    return this.conversation.expiresAt;
  }

  /** Roughly what the conversation takes in memory. */
  get bytes(): number {
    return this.quotaBytes + bytesOfTurns(this.turns) + this.turnEvents.bytes;
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
    const { conversation } = this;
    return { ...conversation, metadata: { ...conversation.metadata } };
  }

  read(range: MessageRange, now: number): MessagePage {
    const { messages, limits } = this;
    const { start, end, hasMore } = boundsOf(
      range,
      this.conversation.messageCount,
      limits.pageBytes,
      (index) => messages.bytesAt(index),
    );
    return {
      conversation: this.toConversation(),
      messages: messages.slice(start, end),
      hasMore,
      accessDue: isAccessDue(this.conversation, now, limits.ttlMs),
    };
  }

  /** `count` messages from `firstSeq` on. */
  readFrom(firstSeq: number, count: number): ConversationWithMessages {
    const start = firstSeq - 1;
    return {
      conversation: this.toConversation(),
      messages: this.messages.slice(start, start + count),
    };
  }

  append(
    drafts: readonly NewMessage[],
    claim: IdempotencyClaim | undefined,
    now: number,
  ): ConversationWithMessages {
    const appended = appendMessages(this.conversation, drafts.length, now, this.limits);
    const encoded = encodeMessages(drafts);
    this.assertQuota(encoded.bytes + this.bytesOfRecord(claim));
    this.conversation = appended;
    const messages = this.messages.add(encoded, appended.updatedAt);
    return { conversation: this.toConversation(), messages };
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
    const encoded = encodeMessages([newTurn.message]);
    this.assertQuota(encoded.bytes + this.bytesOfRecord(newTurn.idempotency, newTurn.id));
    this.turns = admission.turns;
    this.conversation = admission.conversation;
    this.messages.add(encoded, this.conversation.updatedAt);
    this.turnEvents.retain([this.turns.latest?.id, this.turns.previous?.id]);
    this.record(newTurn.idempotency, admission.turn, records, now);
    return this.begun(admission.turn, now);
  }

  advanceTurn(turnId: string, step: TurnStep, now: number): { cancelRequested: boolean } {
    const { turn, turns, events } = advanceTurn(this.turns, turnId, step, now);
    this.turns = turns;
    this.turnEvents.add(turnId, events);
    return { cancelRequested: turn.cancelRequested };
  }

  endTurn(turnId: string, ending: TurnEnding, records: RecordAccess, now: number): TurnOutcome {
    const end = endTurn(this.conversation, this.turns, turnId, ending, now, this.limits);
    if (end) {
      this.conversation = end.conversation;
      this.turns = end.turns;
      this.messages.add(encodeMessages(ending.replies), this.conversation.updatedAt);
      this.turnEvents.add(turnId, end.events);
      this.record(ending.idempotency, end.turn, records, now);
    }
    const turn = this.view(readableTurn(this.turns, turnId), now);
    const { seq, count } = turn.replies ?? { seq: 1, count: 0 };
    return { turn, ...this.readFrom(seq, count) };
  }

  readTurn({ turnId, after, limit }: TurnQuery, now: number): TurnPage {
    const turn = readableTurn(this.turns, turnId);
    return { turn: this.view(turn, now), events: this.turnEvents.read(turn.id, after, limit) };
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
