import { ownerKey } from '../domain/owner-key.js';
import type { Owner } from '../domain/owner.js';
import type { Bound } from '../http/bounds.js';
import { OverloadedError } from '../http/request.errors.js';

/** Gives a slot back. A second call changes nothing. */
export type Release = () => void;

/** The part of a bound that one owner may have while others ask, when nothing else is said. */
export const DEFAULT_OWNER_SHARE = 0.25;

/** An owner who was refused counts as one who asks for this time. `Retry-After` is shorter. */
const ASKING_MS = 10_000;

/**
 * A bound of this process whose slots have owners. One owner alone may hold all slots. While another
 * owner holds a slot or has just been refused one, an owner gets no slot beyond its share.
 */
export class BoundedShares {
  private readonly held = new Map<string, number>();
  private total = 0;
  private readonly share: number;
  /** The owner who was refused last, and the other owner who was refused last before. */
  private refused: readonly { readonly key: string; readonly until: number }[] = [];

  /** `ownerShare` is a part of `limit`, more than 0 and 1 at most. An owner may always have one slot. */
  constructor(
    private readonly bound: Bound,
    readonly limit: number,
    ownerShare: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.share = Math.max(1, Math.floor(limit * ownerShare));
  }

  /** The slots that are held now. */
  get count(): number {
    return this.total;
  }

  /** @throws OverloadedError */
  acquire(owner: Owner): Release {
    const key = ownerKey(owner);
    const own = this.held.get(key) ?? 0;
    const isRefused = this.total >= this.limit || (own >= this.share && this.othersAsk(key));
    if (isRefused) {
      // An owner who has its share takes nothing from the others when it is refused more.
      if (own < this.share) this.rememberRefused(key);
      throw new OverloadedError(this.bound);
    }
    return this.hold(key);
  }

  /** Counts what cannot be refused any more, also beyond the bound. */
  acquireBeyond(owner: Owner): Release {
    return this.hold(ownerKey(owner));
  }

  private hold(key: string): Release {
    this.held.set(key, (this.held.get(key) ?? 0) + 1);
    this.total += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.release(key);
      isHeld = false;
    };
  }

  private othersAsk(key: string): boolean {
    if (this.held.size > (this.held.has(key) ? 1 : 0)) return true;
    const now = this.clock();
    return this.refused.some((other) => other.key !== key && other.until > now);
  }

  private rememberRefused(key: string): void {
    const other = this.refused.find((refused) => refused.key !== key);
    this.refused = [{ key, until: this.clock() + ASKING_MS }, ...(other ? [other] : [])];
  }

  private release(key: string): void {
    const own = this.held.get(key) ?? 0;
    if (own > 1) this.held.set(key, own - 1);
    else this.held.delete(key);
    this.total -= 1;
  }
}
