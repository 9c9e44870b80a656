import { LRUCache } from 'lru-cache';
import { assertSameRequest, type IdempotencyRecord } from '../../domain/idempotency-record.js';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import { ownerKey } from '../../domain/owner-key.js';

/** Over this number the oldest records go first. */
const MAX_RECORDS = 100_000;

/** The idempotency records of all owners, each for {@link IDEMPOTENCY_WINDOW_MS}. */
export class MemoryIdempotency {
  private readonly records: LRUCache<string, IdempotencyRecord>;

  constructor(clock: () => number) {
    this.records = new LRUCache({
      max: MAX_RECORDS,
      ttl: IDEMPOTENCY_WINDOW_MS,
      ttlResolution: 0,
      perf: { now: clock },
    });
  }

  /** The record under the key of the claim, even if another request made it. */
  get(owner: Owner, claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined {
    return claim && this.records.get(ownerKey(owner) + claim.key);
  }

  /** @throws IdempotencyMismatchError when another request made the record */
  findForRequest(owner: Owner, claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined {
    const record = this.get(owner, claim);
    if (record && claim) assertSameRequest(record, claim);
    return record;
  }

  set(owner: Owner, { key }: IdempotencyClaim, record: IdempotencyRecord): void {
    this.records.set(ownerKey(owner) + key, record);
  }

  clear(): void {
    this.records.clear();
  }
}
