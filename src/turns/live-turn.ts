import type { Turn, TurnPage, TurnRef } from '../domain/turn.js';
import { DELIVERIES_PER_SECOND, DeliveryPace } from './delivery-pace.js';
import type { EventBuffer } from './event-buffer.js';

/** Milliseconds after which a wait ends, though nothing has happened. */
const WAIT_MS = 1_000;

/**
 * A turn that runs in this process, as its followers here see it: they are told of each event when it is published, as
 * often as its {@link DeliveryPace} and that of the process allow, and of its end when the store has that. Once the lease may
 * have run out, they get nothing more from here.
 */
export class LiveTurn {
  private readonly pace = new DeliveryPace(DELIVERIES_PER_SECOND.ofTurn);
  private heldUntil = -Infinity;
  private isLost = false;
  private change: Promise<boolean> | undefined;
  private resolve: (hasChanged: boolean) => void = () => undefined;
  private timer: NodeJS.Timeout | undefined;
  private waiting = 0;
  private isDue = false;

  constructor(
    readonly ref: TurnRef,
    private latest: Turn,
    private readonly events: EventBuffer,
    private readonly paceOfProcess: DeliveryPace,
  ) {}

  get turn(): Turn {
    return this.latest;
  }

  /** Whether followers may get events from here now or later. Otherwise the store tells how the turn goes on. */
  get isOpen(): boolean {
    return !this.isLost;
  }

  /** Whether this process holds the lease, or has ended the turn. */
  get isShown(): boolean {
    return !this.isLost && (this.turn.status !== 'running' || performance.now() < this.heldUntil);
  }

  /** Whether the lease may still be held: milliseconds of `performance.now()`. */
  isHeldAt(now: number): boolean {
    return now < this.heldUntil;
  }

  /** The store has renewed the lease. */
  hold(until: number): void {
    const wasHeld = this.isHeldAt(performance.now());
    this.heldUntil = until;
    if (!wasHeld) this.notify();
  }

  /** The store has the end of the turn, with its last events. */
  conclude(turn: Turn): void {
    this.latest = turn;
    this.notify();
  }

  /** This process runs the turn no more. A turn that has ended stays as it is. */
  leave(): void {
    if (this.turn.status !== 'running') return;
    this.isLost = true;
    this.notify();
  }

  /** Something has happened: followers read again, as soon as they may. */
  notify(): void {
    if (!this.change || this.isDue) return;
    this.isDue = true;
    clearTimeout(this.timer);
    const { pace, paceOfProcess, waiting } = this;
    const dueMs = Math.max(pace.reserve(waiting), paceOfProcess.reserve(waiting));
    if (dueMs === 0) this.settle(true);
    else this.timer = setTimeout(() => this.settle(true), dueMs);
  }

  /** A page of the events behind a number. Undefined: the store alone has the first of them, or nothing may be shown. */
  behind(after: number): TurnPage | undefined {
    if (!this.isShown) return undefined;
    const { turn } = this;
    const { lastSeq } = this.events;
    if (after >= lastSeq) return { turn, events: [], isComplete: true };
    const events = this.events.behind(after);
    return events && { turn, events, isComplete: events.at(-1)?.seq === lastSeq };
  }

  /** Waits until something happens. Gives false when nothing does for a while. All followers share a wait. */
  changed(): Promise<boolean> {
    this.waiting++;
    this.change ??= new Promise((resolve) => {
      this.resolve = resolve;
      this.timer = setTimeout(() => this.settle(false), WAIT_MS);
    });
    return this.change;
  }

  private settle(hasChanged: boolean): void {
    clearTimeout(this.timer);
    this.change = undefined;
    this.waiting = 0;
    this.isDue = false;
    this.resolve(hasChanged);
  }
}
