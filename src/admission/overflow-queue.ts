import type { Share } from './shares.js';

/** More positions would not be worth their memory: Node reads up to 64 KiB of each body. */
const POSITIONS = 1_024;

/** Requests that are tried together. */
const BATCH = 16;

/** Milliseconds between two batches: refusing a batch takes about a tenth of that time. */
const BATCH_MS = 10;

/**
 * Milliseconds for which none is refused: a store that hesitates is not a service with too much to do, and neither is one
 * in which one user waits for its share. Half of the positions taken say that there is too much to do.
 */
const PATIENCE_MS = { usual: 1_000, crowded: 200 } as const;

/** A request that found no position in the queue for slots. */
export interface OverflowingRequest {
  /** Enters, if there is a position for it now. True as well when its client has left. */
  tryEnter(): boolean;
  refuse(): void;
}

interface Entry {
  readonly request: OverflowingRequest;
  readonly since: number;
}

export interface OverflowQueueOptions {
  /** Milliseconds that a request waits for a slot at most. */
  readonly waitMs: number;
  readonly clock?: () => number;
}

/**
 * Requests that found no position in the queue for slots. Most wait here before Fastify has made anything of them: what
 * waits long is copied by garbage collection, with all that is made of it later. They enter as slots become free, one of
 * each owner in turn. While there is no room, a few are refused every ten milliseconds: a client that retries as soon as it
 * is refused would otherwise take the time of the requests that were admitted.
 */
export class OverflowQueue {
  /** The requests of each owner. The first owner is tried next. */
  private readonly owners = new Map<Share, Entry[]>();
  private readonly waitMs: number;
  private readonly clock: () => number;
  private length = 0;
  private isScheduled = false;
  private isDraining = false;

  constructor({ waitMs, clock = () => performance.now() }: OverflowQueueOptions) {
    this.waitMs = waitMs;
    this.clock = clock;
  }

  /** The request enters later, or is refused: at once, when the queue is full of others that have no more than its owner. */
  enqueue(share: Share, request: OverflowingRequest): void {
    if (this.length >= POSITIONS && !this.makeRoomFor(share)) {
      request.refuse();
      return;
    }
    const entry = { request, since: this.clock() };
    const entries = this.owners.get(share);
    if (entries) entries.push(entry);
    else this.owners.set(share, [entry]);
    this.length++;
    this.schedule();
  }

  /** To be called when a slot is free. */
  drain(): void {
    if (this.isDraining || this.length === 0) return;
    this.isDraining = true;
    setImmediate(() => {
      this.isDraining = false;
      const left = this.tryBatch(-Infinity);
      if (left > 0) this.drain();
    });
  }

  private schedule(): void {
    if (this.isScheduled || this.length === 0) return;
    this.isScheduled = true;
    setTimeout(() => {
      this.isScheduled = false;
      const { usual, crowded } = PATIENCE_MS;
      const patienceMs = this.length > POSITIONS / 2 ? crowded : usual;
      this.tryBatch(this.clock() - Math.min(patienceMs, this.waitMs));
      this.schedule();
    }, BATCH_MS).unref();
  }

  /**
   * Tries the first request of each owner in turn, and refuses those that can't enter and have come before `refusedFrom`.
   * @returns how many have left the queue
   */
  private tryBatch(refusedFrom: number): number {
    let left = 0;
    let stayed = 0;
    for (const [share, entries] of this.owners) {
      const [{ request, since }] = entries as [Entry];
      const hasEntered = request.tryEnter();
      const leaves = hasEntered || since <= refusedFrom;
      if (leaves) entries.shift();
      // To the end: the loop comes to it again.
      this.owners.delete(share);
      if (entries.length > 0) this.owners.set(share, entries);
      if (leaves) {
        this.length--;
        if (!hasEntered) request.refuse();
        left++;
        stayed = 0;
      } else stayed++;
      if (left + stayed >= BATCH || stayed >= this.owners.size) break;
    }
    return left;
  }

  /** Refuses the latest request of the owner with the most, if that has more than this one. */
  private makeRoomFor(share: Share): boolean {
    let most = this.owners.get(share) ?? [];
    const own = most.length;
    for (const entries of this.owners.values()) if (entries.length > most.length) most = entries;
    if (most.length <= own + 1) return false;
    this.length--;
    most.pop()?.request.refuse();
    return true;
  }
}
