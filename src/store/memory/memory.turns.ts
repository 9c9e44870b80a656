import type { Conversation } from '../../domain/conversation.js';
import type { Message, NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import {
  MAX_TURN_EVENTS,
  MAX_QUEUED_TURNS,
  type NewTurn,
  type Turn,
  type TurnBeginning,
  type TurnEnding,
  type TurnEvent,
  type TurnPage,
  type TurnRef,
} from '../../domain/turn.js';
import {
  ConversationClosedError,
  ConversationNotFoundError,
  IdempotencyMismatchError,
} from '../../domain/conversation.errors.js';
import { TurnConflictError, TurnLostError, TurnNotFoundError } from '../../domain/turn.errors.js';
import { assertMessageCount, assertTurnQuery } from '../preconditions.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { copy, readMessages, type MemoryRecord, type MemoryTurn } from './memory.record.js';
import type { RememberedWrites } from './remembered-writes.js';

/** What turns need of the store that they are in. */
export interface TurnsHost {
  readonly clock: () => number;
  readonly remembered: RememberedWrites;
  /** @throws ConversationNotFoundError */
  find(owner: Owner, id: string): MemoryRecord;
  /** @throws ConversationFullError */
  expectRoom(record: MemoryRecord, messageCount: number): void;
  /** One change of the conversation, with a new version. */
  append(
    record: MemoryRecord,
    messages: readonly NewMessage[],
    status?: Conversation['status'],
  ): Message[];
}

/** The turns of the memory driver; each method is one synchronous step. */
export class MemoryTurns {
  constructor(private readonly host: TurnsHost) {}

  begin(owner: Owner, conversationId: string, wish: NewTurn): TurnBeginning {
    const now = this.host.clock();
    const latest = this.find(owner, conversationId)?.turn;
    const isOwn = latest?.id === wish.id && isHeld(latest, now);
    const remembered = this.host.remembered.find(owner, wish.idempotency);
    // Not when it is of this very turn, whose answer was lost.
    if (remembered && !isOwn) {
      const record = this.host.find(owner, remembered.id);
      if (!remembered.turn) throw new IdempotencyMismatchError();
      record.waiting.delete(wish.id);
      return { outcome: 'replayed', turn: this.recall(record, remembered.turn) };
    }
    const record = this.host.find(owner, conversationId);
    if (isOwn) return this.begun(record);
    // Begun before, and over: its message is stored, and is not stored again.
    if (turnOf(record, wish.id)) throw new TurnLostError();
    const { status } = record.conversation;
    if (status !== 'active') throw new ConversationClosedError(status);
    this.host.expectRoom(record, 2);
    if (!this.isNext(record, wish, now)) return { outcome: 'waiting' };
    record.waiting.delete(wish.id);
    const [message] = this.host.append(record, [wish.message]);
    const userSeq = message?.seq ?? 0;
    // Lost for good: no clock that is set back gives it its lease again.
    if (record.turn) record.before = { ...record.turn, leaseUntil: -Infinity };
    record.turn = {
      id: wish.id,
      status: 'running',
      userSeq,
      events: [],
      leaseUntil: now + wish.leaseMs,
      cancelRequested: false,
    };
    this.remember(record, wish.idempotency);
    return this.begun(record);
  }

  advance(ref: TurnRef, { leaseMs, events }: TurnStep): { cancelRequested: boolean } {
    const turn = this.held(ref);
    addEvents(turn, events);
    turn.leaseUntil = this.host.clock() + leaseMs;
    return { cancelRequested: turn.cancelRequested };
  }

  end(
    { owner, conversationId, turnId }: TurnRef,
    { end, replies, events, conversationStatus, idempotency }: TurnEnding,
  ): TurnOutcome {
    assertMessageCount(replies, 0);
    const record = this.find(owner, conversationId);
    const ended = record && turnOf(record, turnId);
    if (!ended) throw new TurnLostError();
    if (ended.status === 'running') {
      if (!isHeld(ended, this.host.clock())) throw new TurnLostError();
      this.host.expectRoom(record, replies.length);
      const isChanged = replies.length > 0 || conversationStatus !== undefined;
      const messages = isChanged ? this.host.append(record, replies, conversationStatus) : [];
      const [first] = messages;
      if (first) ended.replies = { seq: first.seq, count: messages.length };
      addEvents(ended, events);
      ended.status = end;
      this.remember(record, idempotency);
    }
    const { seq, count } = ended.replies ?? { seq: 1, count: 0 };
    return {
      turn: this.view(record, ended),
      conversation: copy(record.conversation),
      messages: readMessages(record.messages, seq - 1, seq - 1 + count),
    };
  }

  read(owner: Owner, conversationId: string, query: TurnQuery): TurnPage {
    assertTurnQuery(query);
    const { turnId, after, limit } = query;
    const record = this.find(owner, conversationId);
    const turn = record && (turnId === undefined ? record.turn : turnOf(record, turnId));
    if (!turn) throw new TurnNotFoundError();
    const events = turn.events.filter(({ seq }) => seq > after).slice(0, limit);
    return { turn: this.view(record, turn), events };
  }

  cancel({ owner, conversationId, turnId }: TurnRef): void {
    const record = this.find(owner, conversationId);
    if (record?.waiting.delete(turnId)) return;
    const turn = record && turnOf(record, turnId);
    if (!turn) throw new TurnNotFoundError();
    turn.cancelRequested = true;
  }

  /** @throws TurnLostError when the turn does not have the conversation */
  held({ owner, conversationId, turnId }: TurnRef): MemoryTurn {
    const turn = this.find(owner, conversationId)?.turn;
    if (turn?.id !== turnId || !isHeld(turn, this.host.clock())) throw new TurnLostError();
    return turn;
  }

  /** Whether the turn may begin now; if not, gives it its place in the line, or refuses. */
  private isNext(record: MemoryRecord, wish: NewTurn, now: number): boolean {
    const { turn, waiting } = record;
    const running = turn && isHeld(turn, now) ? turn : undefined;
    for (const [id, { deadline }] of waiting) {
      if (deadline <= now && id !== wish.id) waiting.delete(id);
    }
    const [first] = [...waiting].sort(([, a], [, b]) => a.order - b.order);
    if (!running && (!first || first[0] === wish.id)) return true;
    const isFull = !waiting.has(wish.id) && waiting.size >= MAX_QUEUED_TURNS;
    if (wish.onConflict === 'reject' || isFull) {
      throw new TurnConflictError(running?.id ?? first?.[0] ?? '');
    }
    if (running && wish.onConflict === 'interrupt') running.cancelRequested = true;
    const order = waiting.get(wish.id)?.order ?? this.orderOf(record, wish);
    waiting.set(wish.id, { order, deadline: now + wish.leaseMs });
    return false;
  }

  private orderOf(record: MemoryRecord, { onConflict }: NewTurn): number {
    record.tickets += 1;
    return record.tickets + (onConflict === 'interrupt' ? 0 : BEHIND_ALL_THAT_INTERRUPT);
  }

  private begun(record: MemoryRecord): TurnBeginning {
    const turn = record.turn as MemoryTurn;
    return {
      outcome: 'begun',
      turn: this.view(record, turn),
      conversation: copy(record.conversation),
      messages: readMessages(record.messages, turn.userSeq - 1, turn.userSeq),
    };
  }

  private remember(record: MemoryRecord, idempotency: NewTurn['idempotency']): void {
    if (!idempotency || !record.turn) return;
    const { id, status, userSeq, replies } = record.turn;
    this.host.remembered.keep(record.owner, idempotency, {
      id: record.conversation.id,
      firstSeq: userSeq,
      messageCount: 1,
      turn: {
        id,
        conversationId: record.conversation.id,
        status,
        userSeq,
        ...(replies && { replies }),
      },
    });
  }

  private find(owner: Owner, conversationId: string): MemoryRecord | undefined {
    try {
      return this.host.find(owner, conversationId);
    } catch (error) {
      if (error instanceof ConversationNotFoundError) return undefined;
      throw error;
    }
  }

  private view(record: MemoryRecord, turn: MemoryTurn): Turn {
    const { id, userSeq, replies } = turn;
    const isLost = turn.status === 'running' && !isHeld(turn, this.host.clock());
    return {
      id,
      conversationId: record.conversation.id,
      status: isLost ? 'failed' : turn.status,
      userSeq,
      ...(replies && { replies }),
    };
  }

  private recall(record: MemoryRecord, turn: Turn): Turn {
    if (record.turn?.id === turn.id) return this.view(record, record.turn);
    return turn.status === 'running' ? { ...turn, status: 'failed' } : turn;
  }
}

/** More than there will ever be tickets that interrupt. */
const BEHIND_ALL_THAT_INTERRUPT = 1e12;

/** The latest turn or the one before it, whichever this is. */
function turnOf({ turn, before }: MemoryRecord, turnId: string): MemoryTurn | undefined {
  return [turn, before].find((known) => known?.id === turnId);
}

function isHeld(turn: MemoryTurn, now: number): boolean {
  return turn.status === 'running' && turn.leaseUntil > now;
}

function addEvents(turn: MemoryTurn, events: readonly TurnEvent[]): void {
  for (const event of events) {
    if (event.seq > (turn.events.at(-1)?.seq ?? 0)) turn.events.push(event);
  }
  turn.events.splice(0, turn.events.length - MAX_TURN_EVENTS);
}
