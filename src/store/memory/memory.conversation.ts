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
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { boundsOf, type MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { toTurn, type StoredTurn } from '../../domain/stored-turn.js';
import { recordTurn } from '../../domain/turn-record.js';
import { admitTurn } from '../../domain/turn-admission.js';
import { advanceTurn, cancelTurn, endTurn } from '../../domain/turn-steps.js';
import type { NewTurn, Turn, TurnBeginning, TurnEnding, TurnPage } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { MessagePage } from '../conversation-store.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import type { MemoryIdempotency } from './memory.idempotency.js';
import { MemoryMessages } from './memory.messages.js';
import { MemoryTurnEvents } from './memory.turn-events.js';

/** Roughly what a conversation takes in memory besides its texts. */
const FIXED_BYTES = 512;

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

  /** @param conversation a new one, with `drafts` as its first messages */
  constructor(
    readonly owner: Owner,
    private conversation: Conversation,
    drafts: readonly NewMessage[],
    private readonly limits: StoreLimits,
  ) {
    this.conversationBytes = sizeOf(conversation);
    this.messages.add(drafts, conversation.createdAt);
  }

  get id(): string {
    return this.conversation.id;
  }

  get expiresAt(): Date {
    return this.conversation.expiresAt;
  }

  /** Roughly what the conversation takes in memory. */
  get bytes(): number {
    return this.conversationBytes + this.messages.bytes + this.state.json.length;
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

  append(drafts: readonly NewMessage[], now: number): ConversationWithMessages {
    this.conversation = appendMessages(this.conversation, drafts.length, now, this.limits);
    const messages = this.messages.add(drafts, this.conversation.updatedAt);
    return { conversation: this.toConversation(), messages };
  }

  update(patch: ConversationPatch, expectedVersion: number | undefined, now: number): Conversation {
    const { ttlMs } = this.limits;
    this.conversation = updateConversation(this.conversation, patch, expectedVersion, now, ttlMs);
    this.conversationBytes = sizeOf(this.conversation);
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
    this.state = { json, version: expectedVersion + 1 };
    this.touch(now);
    return this.state.version;
  }

  beginTurn(newTurn: NewTurn, idempotency: MemoryIdempotency, now: number): TurnBeginning {
    const { conversation, turns } = this;
    const record = idempotency.get(this.owner, newTurn.idempotency);
    const admission = admitTurn({ conversation, turns, record }, newTurn, now, this.limits);
    if (admission.outcome === 'running') return this.begun(admission.turn, now);
    this.turns = admission.turns;
    if (admission.outcome === 'queued') return { outcome: 'queued' };
    if (admission.outcome === 'replayed') return { outcome: 'replayed', turn: admission.turn };
    this.conversation = admission.conversation;
    this.messages.add([newTurn.message], this.conversation.updatedAt);
    this.turnEvents.retain([this.turns.latest?.id, this.turns.previous?.id]);
    this.record(newTurn.idempotency, admission.turn, idempotency, now);
    return this.begun(admission.turn, now);
  }

  advanceTurn(turnId: string, step: TurnStep, now: number): { cancelRequested: boolean } {
    const { turn, turns, events } = advanceTurn(this.turns, turnId, step, now);
    this.turns = turns;
    this.turnEvents.add(turnId, events);
    return { cancelRequested: turn.cancelRequested };
  }

  endTurn(
    turnId: string,
    ending: TurnEnding,
    idempotency: MemoryIdempotency,
    now: number,
  ): TurnOutcome {
    const end = endTurn(this.conversation, this.turns, turnId, ending, now, this.limits);
    if (end) {
      this.conversation = end.conversation;
      this.turns = end.turns;
      this.messages.add(ending.replies, this.conversation.updatedAt);
      this.turnEvents.add(turnId, end.events);
      this.record(ending.idempotency, end.turn, idempotency, now);
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
    idempotency: MemoryIdempotency,
    now: number,
  ): void {
    if (claim) idempotency.set(this.owner, claim, recordTurn(claim, this.view(turn, now)));
  }

  private view(turn: StoredTurn, now: number): Turn {
    return toTurn(this.id, turn, now);
  }
}

function sizeOf(conversation: Conversation): number {
  return FIXED_BYTES + JSON.stringify(conversation).length;
}
