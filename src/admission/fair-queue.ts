import type { Share, TenantShare, Waiter } from './shares.js';

/** Milliseconds between two checks for requests that have waited too long. */
const CHECK_MS = 100;

/** Requests that one check refuses. The next check comes soon when there are more. */
const REFUSALS_PER_CHECK = 16;
const NEXT_CHECK_MS = 10;

/**
 * An owner or a tenant takes a position of another that has so many requests more in the queue. When it was enough to
 * have fewer than the average, of ten requests that were read, one was then refused for another.
 */
const MOST_MARGIN = 4;

/**
 * A request that found a free position waits for its body first, or is counted for its limits, and others take the
 * position: so many more of all positions are for those.
 */
const LATE_SHARE = 0.25;

export interface FairQueueOptions {
  readonly positions: number;
  /** Those of one owner, while others ask. */
  readonly positionsPerOwner: number;
  readonly waitMs: number;
  readonly clock: () => number;
  /** Called now and then while requests wait: the right to hold a slot also changes with time. */
  readonly serve: () => void;
}

/**
 * Requests that wait for a slot. They leave in turn: one of each tenant, and within a tenant one of
 * each owner. When the queue is full, a request of an owner with few waiting requests takes the position of
 * the latest request of the owner with the most.
 */
export class FairQueue {
  /** The tenants with waiting requests; the first one is served next. */
  private readonly waitingTenants: TenantShare[] = [];
  private waiting = 0;
  private isCheckScheduled = false;
  private readonly margin: number;

  constructor(private readonly options: FairQueueOptions) {
    this.margin = Math.min(MOST_MARGIN, options.positions, options.positionsPerOwner);
  }

  get length(): number {
    return this.waiting;
  }

  /** Whether one more request of this owner finds a position. */
  hasPosition(share: Share): boolean {
    return this.waiting < this.options.positions || this.crowdedFor(share) !== undefined;
  }

  /** False when the queue has no position for a request of this owner. */
  enqueue(share: Share, waiter: Waiter): boolean {
    if (this.waiting >= this.options.positions) {
      const crowded = this.crowdedFor(share);
      if (crowded) this.refuseLatest(crowded);
      else if (this.waiting >= this.options.positions * (1 + LATE_SHARE)) return false;
    }
    waiter.since = this.options.clock();
    this.add(share, waiter);
    this.scheduleCheck(CHECK_MS);
    return true;
  }

  /** The next request out of those whose tenant and owner may hold a slot. It leaves the queue. */
  next(
    mayTenantHold: (tenant: TenantShare) => boolean,
    mayOwnerHold: (share: Share) => boolean,
  ): { readonly share: Share; readonly waiter: Waiter } | undefined {
    for (;;) {
      const share = this.find(mayTenantHold, mayOwnerHold);
      if (!share) return undefined;
      const waiter = this.remove(share, 0);
      // A request whose client has left does not move its owner to the end.
      if (waiter.isGone) continue;
      moveToEnd(share.tenant.waitingOwners, share);
      moveToEnd(this.waitingTenants, share.tenant);
      return { share, waiter };
    }
  }

  private find(
    mayTenantHold: (tenant: TenantShare) => boolean,
    mayOwnerHold: (share: Share) => boolean,
  ): Share | undefined {
    for (const tenant of this.waitingTenants) {
      const share = mayTenantHold(tenant) ? tenant.waitingOwners.find(mayOwnerHold) : undefined;
      if (share) return share;
    }
    return undefined;
  }

  private add(share: Share, waiter: Waiter): void {
    const { tenant } = share;
    if (tenant.waiting === 0) this.waitingTenants.push(tenant);
    if (share.waiters.length === 0) tenant.waitingOwners.push(share);
    share.waiters.push(waiter);
    tenant.waiting++;
    this.waiting++;
  }

  private remove(share: Share, index: number): Waiter {
    const { tenant } = share;
    const [waiter] = share.waiters.splice(index, 1) as [Waiter];
    tenant.waiting--;
    this.waiting--;
    if (share.waiters.length === 0) removeFrom(tenant.waitingOwners, share);
    if (tenant.waiting === 0) removeFrom(this.waitingTenants, tenant);
    return waiter;
  }

  /** Whose latest request makes room for one of this owner: that of the longest queue, if it is much longer. */
  private crowdedFor({ tenant, waiters }: Share): Share | undefined {
    const crowded = longest(this.waitingTenants, ({ waiting }) => waiting);
    if (crowded && crowded.waiting >= tenant.waiting + this.margin) return longestOf(crowded);
    const share = longestOf(tenant);
    return share && share.waiters.length >= waiters.length + this.margin ? share : undefined;
  }

  private refuseLatest(share: Share): void {
    const waiter = this.remove(share, share.waiters.length - 1);
    if (!waiter.isGone) waiter.refuse();
  }

  private scheduleCheck(ms: number): void {
    if (this.isCheckScheduled || this.waiting === 0) return;
    this.isCheckScheduled = true;
    setTimeout(() => {
      this.isCheckScheduled = false;
      const expired = this.removeExpired();
      for (const waiter of expired) if (!waiter.isGone) waiter.refuse();
      this.options.serve();
      this.scheduleCheck(expired.length < REFUSALS_PER_CHECK ? CHECK_MS : NEXT_CHECK_MS);
    }, ms).unref();
  }

  private removeExpired(): Waiter[] {
    const latest = this.options.clock() - this.options.waitMs;
    const expired: Waiter[] = [];
    for (const { waitingOwners } of [...this.waitingTenants]) {
      for (const share of [...waitingOwners]) {
        while (expired.length < REFUSALS_PER_CHECK && isExpired(share.waiters[0], latest)) {
          expired.push(this.remove(share, 0));
        }
      }
    }
    return expired;
  }
}

function isExpired(waiter: Waiter | undefined, latest: number): boolean {
  return waiter !== undefined && waiter.since <= latest;
}

function longestOf({ waitingOwners }: TenantShare): Share | undefined {
  return longest(waitingOwners, ({ waiters }) => waiters.length);
}

/** The first of those with the most. */
function longest<T>(queues: readonly T[], lengthOf: (queue: T) => number): T | undefined {
  let most: T | undefined;
  for (const queue of queues) {
    if (most === undefined || lengthOf(queue) > lengthOf(most)) most = queue;
  }
  return most;
}

function removeFrom<T>(list: T[], entry: T): void {
  list.splice(list.indexOf(entry), 1);
}

/** An entry that has left the list stays away. */
function moveToEnd<T>(list: T[], entry: T): void {
  const index = list.indexOf(entry);
  if (index >= 0) list.push(...list.splice(index, 1));
}
