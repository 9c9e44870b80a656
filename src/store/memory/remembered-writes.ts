import { LRUCache } from 'lru-cache';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import { IdempotencyMismatchError } from '../../domain/conversation.errors.js';
import { ownerKey } from './memory.records.js';

/** Writes remembered at once; the oldest go first. */
const MAX_WRITES = 100_000;

/** The outcomes of idempotent writes, for as long as their keys hold. */
export class RememberedWrites {
  private readonly writes: LRUCache<string, IdempotencyRecord>;

  constructor(clock: () => number) {
    this.writes = new LRUCache({
      max: MAX_WRITES,
      ttl: IDEMPOTENCY_WINDOW_MS,
      ttlResolution: 0,
      perf: { now: clock },
    });
  }

  /** @throws IdempotencyMismatchError */
  find(owner: Owner, claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined {
    const write = claim && this.writes.get(ownerKey(owner) + claim.key);
    if (write && write.requestHash !== claim.requestHash) throw new IdempotencyMismatchError();
    return write;
  }

  keep(
    owner: Owner,
    { key, requestHash }: IdempotencyClaim,
    write: Omit<IdempotencyRecord, 'requestHash'>,
  ): void {
    this.writes.set(ownerKey(owner) + key, { requestHash, ...write });
  }

  clear(): void {
    this.writes.clear();
  }
}
