import { ownerKey } from '../domain/owner-key.js';
import { TurnConflictError, TurnsStoppedError } from '../domain/turn.errors.js';
import type { NewTurn, TurnRef } from '../domain/turn.js';
import { OverloadedError } from '../http/request.errors.js';
import type { BegunTurn, ReplayedTurn } from './begun-turn.js';

/** A turn that is in the store's queue, and for which a client of this process waits. */
export interface WaitingTurn {
  readonly ref: TurnRef;
  readonly request: NewTurn;
  /** How many turns this process had called for before. */
  readonly arrival: number;
  /** Until when it waits: milliseconds of `performance.now()`. */
  readonly deadline: number;
  /** Whether its client waits no more. */
  readonly hasLeft: () => boolean;
}

/** What the waiting turns need of the store and of this process. */
export interface TurnCalls {
  readonly isStopping: boolean;
  /** Calls for a turn to begin. The result is undefined when the turn is still queued. */
  call(turn: TurnRef, request: NewTurn): Promise<BegunTurn | ReplayedTurn | undefined>;
  /** Takes a turn out of the store's queue. */
  leave(turn: TurnRef): Promise<void>;
}

interface Entry extends WaitingTurn {
  renewedAt: number;
  /** A call of this turn is on its way. */
  isBusy: boolean;
  readonly resolve: (begun: BegunTurn | ReplayedTurn) => void;
  readonly reject: (error: unknown) => void;
}

/** The waiting turns of one conversation, in the order of the store's queue. */
type ConversationEntries = Entry[];

export const POLL_MS = 150;
/** The most conversations that are polled for in {@link POLL_MS}, for all owners together. */
const MAX_POLLS = 30;
/** Turns that came at once are renewed in so many groups, one after the other. */
const RENEWAL_GROUPS = 32;

/**
 * The turns that wait in this process. Of each conversation, the process polls for the first turn
 * alone. For the others it renews their deadlines in the store, three times in a lease.
 */
export class WaitingTurns {
  /** By owner, then by conversation. The conversation that was polled for last is the last one. */
  private readonly owners = new Map<string, Map<string, ConversationEntries>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly calls: TurnCalls,
    private readonly leaseMs: number,
  ) {}

  /**
   * Waits until the turn begins. When it leaves instead, it has also left the store's queue.
   * @throws TurnConflictError when it has waited for too long or its client has left, OverloadedError
   *   when its process has no slot for it, TurnsStoppedError, and what `beginTurn` throws
   */
  wait(turn: WaitingTurn): Promise<BegunTurn | ReplayedTurn> {
    return new Promise((resolve, reject) => {
      const group = (turn.arrival % RENEWAL_GROUPS) / RENEWAL_GROUPS;
      const renewedAt = performance.now() - (group * this.leaseMs) / 3;
      this.add({ ...turn, renewedAt, isBusy: false, resolve, reject });
      this.timer ??= setInterval(() => this.work(), POLL_MS);
    });
  }

  private add(entry: Entry): void {
    const { owner, conversationId } = entry.ref;
    const key = ownerKey(owner);
    const conversations = this.owners.get(key) ?? new Map<string, ConversationEntries>();
    this.owners.set(key, conversations);
    const entries = conversations.get(conversationId) ?? [];
    conversations.set(conversationId, entries);
    const next = entries.findIndex((other) => isBefore(entry, other));
    entries.splice(next < 0 ? entries.length : next, 0, entry);
  }

  private remove(entry: Entry): void {
    const { owner, conversationId } = entry.ref;
    const key = ownerKey(owner);
    const conversations = this.owners.get(key);
    const entries = conversations?.get(conversationId) ?? [];
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length === 0) conversations?.delete(conversationId);
    if (conversations?.size === 0) this.owners.delete(key);
    if (this.owners.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private work(): void {
    const now = performance.now();
    const owners = [...this.owners.values()];
    const pollsPerOwner = Math.max(1, Math.floor(MAX_POLLS / owners.length));
    for (const conversations of owners) {
      const all = [...conversations];
      for (const [, entries] of all) this.dismiss(entries, now);
      for (const [id, entries] of all.slice(0, pollsPerOwner))
        this.poll(id, entries, conversations);
      for (const [, entries] of all) this.renew(entries, now);
    }
  }

  private dismiss(entries: ConversationEntries, now: number): void {
    for (const entry of [...entries]) {
      const reason = entry.isBusy ? undefined : this.reasonToLeave(entry, now);
      if (reason) void this.leave(entry, reason);
    }
  }

  private reasonToLeave({ deadline, hasLeft }: Entry, now: number): Error | undefined {
    if (this.calls.isStopping) return new TurnsStoppedError();
    return now >= deadline || hasLeft() ? new TurnConflictError('') : undefined;
  }

  private poll(
    id: string,
    entries: ConversationEntries,
    conversations: Map<string, ConversationEntries>,
  ): void {
    const [first] = entries;
    if (!first || first.isBusy) return;
    conversations.delete(id);
    conversations.set(id, entries);
    void this.call(first);
  }

  private renew(entries: ConversationEntries, now: number): void {
    for (const entry of entries) {
      if (!entry.isBusy && now - entry.renewedAt >= this.leaseMs / 3) void this.call(entry);
    }
  }

  private async call(entry: Entry): Promise<void> {
    const calledAt = performance.now();
    entry.isBusy = true;
    try {
      const begun = await this.calls.call(entry.ref, entry.request);
      if (begun) {
        this.remove(entry);
        entry.resolve(begun);
      }
      entry.renewedAt = calledAt;
      entry.isBusy = false;
    } catch (error) {
      // No slot was free in this process. One may be before the store takes the turn for gone.
      const mayCallAgain = calledAt - entry.renewedAt < (this.leaseMs * 2) / 3;
      if (error instanceof OverloadedError && mayCallAgain) entry.isBusy = false;
      else await this.leave(entry, error);
    }
  }

  /** Without this process, the turn would hold up the turns behind it in the store's queue. */
  private async leave(entry: Entry, reason: unknown): Promise<void> {
    this.remove(entry);
    await this.calls.leave(entry.ref).catch(() => undefined);
    entry.reject(reason);
  }
}

/** The store's queue has the turns that interrupt in front, and each kind in the order of its arrival. */
function isBefore(entry: Entry, other: Entry): boolean {
  const interrupts = entry.request.onConflict === 'interrupt';
  if (interrupts !== (other.request.onConflict === 'interrupt')) return interrupts;
  return entry.arrival < other.arrival;
}
