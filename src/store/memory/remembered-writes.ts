import { LRUCache } from 'lru-cache';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import type { RememberedWrite } from '../../domain/remembered-write.js';
import { IdempotencyMismatchError } from '../store.errors.js';
import { ownerKey } from './memory.records.js';

/** Writes remembered at once; the oldest go first. */
const MAX_WRITES = 100_000;

/** The outcomes of idempotent writes, for as long as their keys hold. */
export class RememberedWrites {
  private readonly writes: LRUCache<string, RememberedWrite>;

  constructor(clock: () => number) {
    this.writes = new LRUCache({
      max: MAX_WRITES,
      ttl: IDEMPOTENCY_WINDOW_MS,
      ttlResolution: 0,
      perf: { now: clock },
    });
  }

  /** @throws IdempotencyMismatchError */
  find(owner: Owner, claim: IdempotencyClaim | undefined): RememberedWrite | undefined {
    const write = claim && this.writes.get(ownerKey(owner) + claim.key);
    if (write && write.requestHash !== claim.requestHash) throw new IdempotencyMismatchError();
    return write;
  }

  keep(
    owner: Owner,
    { key, requestHash }: IdempotencyClaim,
    write: Omit<RememberedWrite, 'requestHash'>,
  ): void {
    this.writes.set(ownerKey(owner) + key, { requestHash, ...write });
  }

  clear(): void {
    this.writes.clear();
  }
}
