import { assertSameRequest, type IdempotencyRecord } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { RecordAccess } from './memory.conversation.js';
import type { MemoryHoldings } from './memory.holdings.js';
import { HeldRecord, type MemoryOwner } from './memory.owner.js';

/** The idempotency records of one owner, at one point in time. */
export class MemoryRecords implements RecordAccess {
  constructor(
    private readonly holdings: MemoryHoldings,
    private readonly holder: MemoryOwner,
    /** Milliseconds since the epoch. */
    private readonly now: number,
  ) {}

  get(claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined {
    const held = claim && this.holder.records.get(claim.key);
    return held && held.deadline >= this.now ? held.record : undefined;
  }

  /** @throws IdempotencyMismatchError when another request made the record */
  find(claim: IdempotencyClaim | undefined): IdempotencyRecord | undefined {
    const record = this.get(claim);
    if (record && claim) assertSameRequest(record, claim);
    return record;
  }

  set(claim: IdempotencyClaim, record: IdempotencyRecord): void {
    this.holdings.put(new HeldRecord(this.holder, claim, record, this.now));
  }
}
