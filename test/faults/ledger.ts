import { randomUUID } from 'node:crypto';

export type Outcome = 'acknowledged' | 'refused' | 'unknown';

/** What a nemesis does to requests; `failed` is either of the two. */
export type Effect = Exclude<Outcome, 'acknowledged'> | 'failed';

export interface FaultUser {
  readonly tid: string;
  readonly sub: string;
}

/** What the orchestrator of the tests says to a message, before it repeats it. */
export const REPLY = 'You said: ';

/** Where the service says that a message is. */
export interface Place {
  readonly conversationId: string;
  readonly seq: number;
}

/** A message that was sent: its text and its key are nobody else's. */
export interface Entry {
  readonly text: string;
  /** Absent: it can be sent once only, and nothing in the service hides a write that ran twice. */
  readonly key?: string;
  readonly user: FaultUser;
  /** Absent: the message creates a conversation. */
  readonly conversationId?: string;
  /** Whether the message begins a turn, whose reply repeats it. */
  readonly isTurn?: boolean;
  /** Whether the reply of the turn was acknowledged. */
  isAnswered?: boolean;
  /** Of all its attempts together; undefined before the first has ended. */
  outcome?: Outcome;
  /** The first moment at which it can have been applied, by the ledger's own count. */
  possibleFrom: number;
  acknowledgedAt?: number;
  place?: Place;
}

/** What was sent, and what became of it as far as a client can know. */
export class Ledger {
  readonly entries: Entry[] = [];
  /** Answers that are neither a success nor an honest 503, and how often each came. */
  readonly surprises = new Map<string, number>();
  /** The longest wait for an answer, but for turns: those wait for the turn before them. */
  slowestMs = 0;
  /** The longest that a user went without a success. */
  unservedMs = 0;
  /** Retries that the service answered from what it remembered. */
  replays = 0;
  private readonly servedAt = new Map<FaultUser, number>();
  private now = 0;

  plan(
    user: FaultUser,
    conversationId?: string,
    { hasKey = true, isTurn = false }: { hasKey?: boolean; isTurn?: boolean } = {},
  ): Entry {
    const entry = {
      text: `text ${this.entries.length} ${randomUUID()}`,
      ...(hasKey && { key: randomUUID() }),
      user,
      ...(conversationId !== undefined && { conversationId }),
      ...(isTurn && { isTurn }),
      possibleFrom: 0,
    };
    this.entries.push(entry);
    return entry;
  }

  /** An attempt begins. After nothing but refusals, none of the earlier ones counts. */
  begin(entry: Entry): void {
    if (entry.outcome === undefined || entry.outcome === 'refused') {
      entry.possibleFrom = ++this.now;
    }
  }

  /** An attempt ends: what is acknowledged stays so, and what is unknown is not made undone. */
  settle(entry: Entry, outcome: Outcome, place?: Place): void {
    if (entry.outcome === 'acknowledged') return;
    if (outcome === 'acknowledged') {
      entry.acknowledgedAt = ++this.now;
      this.serve(entry.user);
    }
    if (place) entry.place = place;
    if (entry.outcome !== 'unknown' || outcome === 'acknowledged') entry.outcome = outcome;
  }

  /**
   * A server was put back by the test itself, and nobody has these messages any more but those that are left: what
   * was acknowledged and is not among them counts as unknown from now on.
   */
  forget(left: ReadonlySet<string>): void {
    for (const entry of this.entries) {
      if (entry.isTurn && !left.has(REPLY + entry.text)) entry.isAnswered = false;
      if (entry.outcome !== 'acknowledged' || left.has(entry.text)) continue;
      entry.outcome = 'unknown';
      delete entry.acknowledgedAt;
      delete entry.place;
    }
  }

  private serve(user: FaultUser): void {
    const now = performance.now();
    this.unservedMs = Math.max(this.unservedMs, now - (this.servedAt.get(user) ?? now));
    this.servedAt.set(user, now);
  }

  surprise(answer: string): void {
    this.surprises.set(answer, (this.surprises.get(answer) ?? 0) + 1);
  }

  get turns(): Entry[] {
    return this.entries.filter(({ isTurn }) => isTurn);
  }

  of(outcome: Outcome): Entry[] {
    return this.entries.filter((entry) => entry.outcome === outcome);
  }

  /** How many messages stand at this outcome. */
  count(effect: Effect): number {
    return this.entries.filter(
      ({ outcome }) =>
        outcome === effect ||
        (effect === 'failed' && (outcome === 'refused' || outcome === 'unknown')),
    ).length;
  }

  /** Not acknowledged, and safe to send again. */
  get retriable(): Entry[] {
    return this.entries.filter(({ outcome, key }) => outcome !== 'acknowledged' && key);
  }
}
