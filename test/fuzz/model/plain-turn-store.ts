import type {
  IdempotencyClaim,
  NewTurn,
  Owner,
  Turn,
  TurnBeginning,
  TurnEnding,
  TurnEvent,
  TurnOutcome,
  TurnPage,
  TurnQuery,
  TurnRef,
  TurnStep,
} from 'conversation-store';
import type { PlainConversation, PlainRecord } from './plain-conversation.js';
import { PlainStore } from './plain-store.js';
import { enqueue, isRunning, LONG_LEASE_MS, turnOf, type PlainTurn } from './plain-turn.js';
import { Refusal } from './refusal.js';

/** What the store port promises of turns, in the same way as the plain store promises the rest. */
export class PlainTurnStore extends PlainStore {
  /** The ids of the turns of a conversation that can be read, the latest first. */
  turnIds(owner: Owner, id: string): string[] {
    const { latest, previous } = this.of(owner).conversations.get(id)?.turns ?? {};
    return [latest, previous].flatMap((turn) => (turn ? [turn.id] : []));
  }

  beginTurn(owner: Owner, id: string, newTurn: NewTurn): TurnBeginning {
    const { id: turnId, input, onConflict, leaseMs, idempotency } = newTurn;
    const own = this.of(owner);
    const running = runningIn(own.conversations.get(id));
    if (running?.id === turnId) return this.begun(owner, id, running);
    const record = idempotency && own.records.get(idempotency.key);
    if (record) return this.replayTurn(owner, id, newTurn, record);

    const stored = this.find(owner, id);
    const { latest, previous } = stored.turns;
    if (latest?.id === turnId || previous?.id === turnId) throw new Refusal('turn-lost');
    const { status } = stored;
    if (status !== 'active') throw new Refusal('conversation-closed', { status });
    this.expectRoom(stored.messages.length + ('message' in input ? 2 : 1));
    const queue = stored.queue.filter((queued) => queued.leaseMs === LONG_LEASE_MS);
    const [first] = queue;
    if (running || (first && first.id !== turnId)) {
      const runningTurnId = running?.id ?? first?.id;
      if (onConflict === 'reject') throw new Refusal('turn-conflict', { runningTurnId });
      if (running && onConflict === 'interrupt') running.cancelRequested = true;
      const own = queue.find((queued) => queued.id === turnId);
      if (own) own.leaseMs = leaseMs;
      const interrupts = onConflict === 'interrupt';
      stored.queue = own ? queue : enqueue(queue, { id: turnId, interrupts, leaseMs });
      return { outcome: 'queued' };
    }

    if ('message' in input) {
      this.expectPlace(stored, input);
      this.addMessages(owner, id, [input.message], this.changeByAppend(stored), input);
    } else {
      const { regenerate } = input;
      if (!stored.messages.some(({ seq }) => seq === regenerate)) {
        throw new Refusal('message-not-found');
      }
      this.changeByAppend(stored);
      stored.leafSeq = regenerate;
    }
    stored.queue = queue.filter((queued) => queued.id !== turnId);
    const turn: PlainTurn = {
      id: turnId,
      userSeq: stored.leafSeq,
      startCount: stored.messages.length,
      status: 'running',
      leaseMs,
      cancelRequested: false,
      isFollowed: false,
      events: [],
      replies: undefined,
    };
    stored.turns = { latest: turn, ...(latest && { previous: latest }) };
    const begun = this.begun(owner, id, turn);
    if (idempotency) this.recordTurn(owner, idempotency, begun.turn);
    return begun;
  }

  advanceTurn(
    { owner, conversationId, turnId }: TurnRef,
    { leaseMs, events }: TurnStep,
  ): { cancelRequested: boolean; isFollowed: boolean } {
    assertEvents(events);
    const turn = this.expectRunning(this.of(owner).conversations.get(conversationId), turnId);
    addEvents(turn, events);
    turn.leaseMs = leaseMs;
    return { cancelRequested: turn.cancelRequested, isFollowed: turn.isFollowed };
  }

  endTurn({ owner, conversationId, turnId }: TurnRef, ending: TurnEnding): TurnOutcome {
    const { end, events, conversationStatus, idempotency } = ending;
    if (ending.replies.length > 100) throw new RangeError();
    assertEvents(events);
    const stored = this.of(owner).conversations.get(conversationId);
    const turn = turnIn(stored, turnId);
    if (!stored || !turn) throw new Refusal('turn-lost');
    if (turn.status === 'running') {
      this.expectRunning(stored, turnId);
      const seq = stored.messages.length + 1;
      const tip = tipOf(stored, turn);
      const isContinued = ending.continuation !== undefined && tip === turn.userSeq;
      const replies = isContinued ? [ending.continuation] : ending.replies;
      const place = isContinued ? { supersedes: tip } : { parentSeq: tip };
      this.expectRoom(stored.messages.length + replies.length);
      if (replies.length > 0 || conversationStatus) {
        if (isContinued) this.expectPlace(stored, place);
        const { leafSeq } = stored;
        const now = this.changeByAppend(stored);
        this.addMessages(owner, conversationId, replies, now, place);
        if (leafSeq !== tip) stored.leafSeq = leafSeq;
        stored.status = conversationStatus ?? stored.status;
      }
      turn.status = end;
      turn.replies = replies.length > 0 ? { seq, count: replies.length } : undefined;
      addEvents(turn, events);
      if (idempotency) this.recordTurn(owner, idempotency, turnOf(conversationId, turn));
    }
    const { conversation, messages } = this.show(owner, conversationId);
    const { seq, count } = turn.replies ?? { seq: 1, count: 0 };
    return {
      turn: turnOf(conversationId, turn),
      conversation,
      messages: messages.slice(seq - 1, seq - 1 + count),
    };
  }

  readTurn(owner: Owner, id: string, query: TurnQuery): TurnPage {
    const { turnId, after, maxBytes, followMs = 0 } = query;
    if (after < 0 || maxBytes < 1 || followMs < 0) throw new RangeError();
    const stored = this.of(owner).conversations.get(id);
    const turn = turnId === undefined ? stored?.turns.latest : turnIn(stored, turnId);
    if (!turn) throw new Refusal('turn-not-found');
    if (followMs > 0 && isRunning(turn)) turn.isFollowed = true;
    const behind = turn.events.filter(({ seq }) => seq > after);
    let bytes = 0;
    const isOver = behind.findIndex(({ data }) => {
      const isFull = bytes >= maxBytes;
      bytes += Buffer.byteLength(data);
      return isFull;
    });
    const isComplete = isOver < 0;
    const events = isComplete ? behind : behind.slice(0, isOver);
    return { turn: turnOf(id, turn), events, isComplete };
  }

  cancelTurn({ owner, conversationId, turnId }: TurnRef): void {
    const stored = this.of(owner).conversations.get(conversationId);
    const isQueued = stored?.queue.some(
      ({ id, leaseMs }) => id === turnId && leaseMs === LONG_LEASE_MS,
    );
    if (stored && isQueued) {
      stored.queue = stored.queue.filter(({ id }) => id !== turnId);
      return;
    }
    const turn = turnIn(stored, turnId);
    if (!turn) throw new Refusal('turn-not-found');
    turn.cancelRequested = true;
  }

  private begun(owner: Owner, id: string, turn: PlainTurn): TurnBeginning & { outcome: 'begun' } {
    const { conversation, messages } = this.show(owner, id);
    return {
      outcome: 'begun',
      // Also with a lease that is about to run out.
      turn: { ...turnOf(id, turn), status: 'running' },
      conversation,
      messages: messages.filter(({ seq }) => seq === turn.userSeq),
    };
  }

  private recordTurn(owner: Owner, { key, requestHash }: IdempotencyClaim, turn: Turn): void {
    const { conversationId: id, userSeq } = turn;
    this.of(owner).records.set(key, { requestHash, id, first: userSeq, last: userSeq, turn });
  }

  private replayTurn(
    owner: Owner,
    id: string,
    newTurn: NewTurn,
    record: PlainRecord,
  ): TurnBeginning {
    const isSameRequest = record.requestHash === newTurn.idempotency?.requestHash;
    if (!isSameRequest) throw new Refusal('idempotency-mismatch');
    const stored = this.find(owner, id);
    const { turn } = record;
    if (record.id !== id || !turn) throw new Refusal('idempotency-mismatch');
    stored.queue = stored.queue.filter((queued) => queued.id !== newTurn.id);
    const { latest } = stored.turns;
    if (latest?.id === turn.id) return { outcome: 'replayed', turn: turnOf(id, latest) };
    const status = turn.status === 'running' ? 'failed' : turn.status;
    return { outcome: 'replayed', turn: { ...turn, status } };
  }
}

/** The message that the turn answers, or the last one of those that came behind it since, each the first to come. */
function tipOf({ messages }: PlainConversation, { userSeq, startCount }: PlainTurn): number {
  const child = messages.find(({ seq, parentSeq }) => seq > startCount && parentSeq === userSeq);
  return child
    ? tipOf({ messages } as PlainConversation, { userSeq: child.seq, startCount } as PlainTurn)
    : userSeq;
}

function runningIn(stored: PlainConversation | undefined): PlainTurn | undefined {
  const latest = stored?.turns.latest;
  return latest && isRunning(latest) ? latest : undefined;
}

function turnIn(stored: PlainConversation | undefined, turnId: string): PlainTurn | undefined {
  return [stored?.turns.latest, stored?.turns.previous].find((turn) => turn?.id === turnId);
}

function addEvents(turn: PlainTurn, events: readonly TurnEvent[]): void {
  for (const event of events) {
    if (turn.events.every(({ seq }) => seq < event.seq)) turn.events.push(event);
  }
}

function assertEvents(events: readonly TurnEvent[]): void {
  for (const [i, { seq, data }] of events.entries()) {
    if (seq < 1 || seq !== (events[0]?.seq ?? 0) + i || data.includes('\n')) throw new RangeError();
  }
}
