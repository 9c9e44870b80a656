import type { Owner } from '../domain/owner.js';
import { BodyAccount } from './body-bytes.js';
import { UnsentAccount } from './unsent-answers.js';

/** Idle shares are forgotten when there are so many shares. */
const MAX_SHARES = 2_048;

/** A request that waits for a slot. */
export interface Waiter {
  /** When it began to wait, in milliseconds. */
  since: number;
  /** Nobody reads an answer any more. */
  readonly isGone: boolean;
  /** It has a slot now. */
  start(): void;
  /** It gets no slot. */
  refuse(): void;
}

/** What one tenant holds of the slots. */
export class TenantShare {
  readonly owners = new Map<string, Share>();
  /** The owners with waiting requests; the first one is served next. */
  readonly waitingOwners: Share[] = [];
  held = 0;
  waiting = 0;
}

/** What one owner holds of the slots and of the bounds on bytes, and which of its requests wait. */
export class Share {
  readonly waiters: Waiter[] = [];
  readonly bodies = new BodyAccount();
  readonly unsent = new UnsentAccount();
  held = 0;

  constructor(readonly tenant: TenantShare) {}

  get isIdle(): boolean {
    const { held, waiters, bodies, unsent } = this;
    return held === 0 && waiters.length === 0 && bodies.bodies === 0 && unsent.answers.size === 0;
  }
}

/** The shares of all owners that asked lately. */
export class Shares {
  private readonly tenants = new Map<string, TenantShare>();
  private count = 0;

  of({ tenantId, userId }: Owner): Share {
    return this.tenants.get(tenantId)?.owners.get(userId) ?? this.add(tenantId, userId);
  }

  private add(tenantId: string, userId: string): Share {
    if (this.count >= MAX_SHARES) this.forgetIdle();
    const tenant = this.tenants.get(tenantId) ?? new TenantShare();
    const share = new Share(tenant);
    this.tenants.set(tenantId, tenant);
    tenant.owners.set(userId, share);
    this.count++;
    return share;
  }

  private forgetIdle(): void {
    for (const [tenantId, { owners }] of this.tenants) {
      for (const [userId, share] of owners) {
        if (share.isIdle && owners.delete(userId)) this.count--;
      }
      if (owners.size === 0) this.tenants.delete(tenantId);
    }
  }
}
