import type { Owner } from '../domain/owner.js';
import { FairQueue } from './fair-queue.js';
import { LatestAskers } from './latest-askers.js';
import { Shares, type Share, type TenantShare, type Waiter } from './shares.js';

/** The queue has so many positions for each slot: few, because the overflow queue is cheaper to wait in. */
const POSITIONS_PER_SLOT = 1;

/** Milliseconds for which a request of another owner makes the shares bind. */
const SHARES_BIND_MS = 1_000;

export interface FairSlotsOptions {
  readonly slots: number;
  /** Slots that one owner holds at most while others ask. */
  readonly slotsPerOwner: number;
  readonly positionsPerSlot?: number;
  /** Milliseconds that a request waits at most. */
  readonly waitMs: number;
  /** Called when a slot is released that nothing takes which waits. */
  readonly onRoom?: () => void;
  readonly clock?: () => number;
}

/**
 * A bound on the requests that are worked on at the same time. While others ask, an owner holds at
 * most its share, and a tenant at most half of the slots; alone, an owner may hold them all. What finds
 * no slot waits: see {@link FairQueue}.
 */
export class FairSlots {
  private readonly shares = new Shares();
  private readonly queue: FairQueue;
  private readonly owners = new LatestAskers<Share>();
  private readonly tenants = new LatestAskers<TenantShare>();
  private readonly slots: number;
  private readonly slotsPerOwner: number;
  private readonly slotsPerTenant: number;
  private readonly positionsPerOwner: number;
  private readonly bindMs: number;
  private readonly clock: () => number;
  private readonly onRoom: () => void;
  private held = 0;

  constructor({
    slots,
    slotsPerOwner,
    positionsPerSlot = POSITIONS_PER_SLOT,
    waitMs,
    onRoom = () => undefined,
    clock = () => performance.now(),
  }: FairSlotsOptions) {
    this.slots = slots;
    this.slotsPerOwner = slotsPerOwner;
    this.slotsPerTenant = Math.ceil(slots / 2);
    this.positionsPerOwner = slotsPerOwner * positionsPerSlot;
    this.onRoom = onRoom;
    this.clock = clock;
    // Longer than a request waits: an owner that waits is one that asks.
    this.bindMs = Math.max(SHARES_BIND_MS, waitMs);
    this.queue = new FairQueue({
      positions: slots * positionsPerSlot,
      positionsPerOwner: this.positionsPerOwner,
      waitMs,
      clock,
      serve: () => this.serve(),
    });
  }

  /** What this owner has of the slots. */
  shareOf(owner: Owner): Share {
    return this.shares.of(owner);
  }

  /** Whether a request of this owner would find neither a slot nor a position in the queue. */
  isFullFor(share: Share): boolean {
    if (this.hasPosition(share)) return false;
    return share.waiters.length > 0 || !this.mayHold(share, this.clock());
  }

  get limit(): number {
    return this.slots;
  }

  /** The slots that are held now. */
  get count(): number {
    return this.held;
  }

  /** The requests that wait for a slot. */
  get waiting(): number {
    return this.queue.length;
  }

  /** Whether anything waits. */
  get hasWaiters(): boolean {
    return this.queue.length > 0;
  }

  /** Acquires a slot, if this owner may have one now. Whoever gets one calls `release` once. */
  tryAcquire(share: Share): boolean {
    const now = this.clock();
    this.owners.record(share, now);
    this.tenants.record(share.tenant, now);
    // The requests of an owner start in the order in which they came.
    if (share.waiters.length > 0 || !this.mayHold(share, now)) return false;
    this.hold(share);
    return true;
  }

  /** The request waits for a slot of this owner; false when it finds no position in the queue. */
  enqueue(share: Share, waiter: Waiter): boolean {
    return !this.hasItsShare(share) && this.queue.enqueue(share, waiter);
  }

  release(share: Share): void {
    this.held--;
    share.held--;
    share.tenant.held--;
    if (this.queue.length > 0) this.serve();
    // Those that wait may have their share.
    if (this.held < this.slots) this.onRoom();
  }

  private serve(): void {
    const now = this.clock();
    while (this.held < this.slots) {
      const next = this.queue.next(
        (tenant) => this.mayTenantHold(tenant, now),
        (share) => this.mayOwnerHold(share, now),
      );
      if (!next) return;
      this.hold(next.share);
      next.waiter.start();
    }
  }

  private hold(share: Share): void {
    this.held++;
    share.held++;
    share.tenant.held++;
  }

  private mayHold(share: Share, now: number): boolean {
    return (
      this.held < this.slots &&
      this.mayTenantHold(share.tenant, now) &&
      this.mayOwnerHold(share, now)
    );
  }

  private mayOwnerHold(share: Share, now: number): boolean {
    return share.held < this.slotsPerOwner || !this.doOthersAsk(share, now);
  }

  private mayTenantHold(tenant: TenantShare, now: number): boolean {
    return tenant.held < this.slotsPerTenant || now - this.tenants.lastOther(tenant) >= this.bindMs;
  }

  private doOthersAsk(share: Share, now: number): boolean {
    return now - this.owners.lastOther(share) < this.bindMs;
  }

  private hasPosition(share: Share): boolean {
    return !this.hasItsShare(share) && this.queue.hasPosition(share);
  }

  /** While others ask, an owner has its share of the positions, too. */
  private hasItsShare(share: Share): boolean {
    const hasMany = share.waiters.length >= this.positionsPerOwner;
    return hasMany && this.doOthersAsk(share, this.clock());
  }
}
