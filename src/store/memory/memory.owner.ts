import type { IdempotencyRecord } from '../../domain/idempotency-record.js';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import { Chain, Link } from './chain.js';
import { LargestFirst, type SizedPart } from './largest-first.js';
import type { MemoryConversation } from './memory.conversation.js';
import { bytesOfRecord } from './memory.sizes.js';

/** The owners of a tenant. */
export class MemoryTenant implements SizedPart {
  bytes = 0;
  heapIndex = -1;
  readonly owners = new Map<string, MemoryOwner>();
  readonly bySize = new LargestFirst<MemoryOwner>();

  constructor(readonly id: string) {}
}

/** All that one owner holds. */
export class MemoryOwner implements SizedPart {
  bytes = 0;
  heapIndex = -1;
  /** Bytes that count towards the quota. */
  quotaBytes = 0;
  /** By id. */
  readonly conversations = new Map<string, HeldConversation>();
  /** By idempotency key. */
  readonly records = new Map<string, HeldRecord>();
  /** The conversations and the records, least recently used first. */
  readonly byUse = new Chain<HeldItem>();

  constructor(
    readonly tenant: MemoryTenant,
    readonly userId: string,
  ) {}
}

/** What an owner holds and can lose alone. */
export type HeldItem = HeldConversation | HeldRecord;

/** What the holdings know of an item. */
abstract class Held {
  /** The bytes that the owner is charged for the item. */
  chargedBytes = 0;
  /** The part of them that counts towards the quota of the owner. */
  chargedQuota = 0;
  /** The deadline by which the item is sorted: milliseconds since the epoch, or Infinity for none. */
  sortedDeadline = -1;

  constructor(
    readonly holder: MemoryOwner,
    readonly key: string,
  ) {}
}

export class HeldConversation extends Held {
  readonly kind = 'conversations';
  readonly byUse = new Link<HeldItem>(this);
  readonly byDeadline = new Link<HeldItem>(this);

  constructor(
    holder: MemoryOwner,
    readonly conversation: MemoryConversation,
  ) {
    super(holder, conversation.id);
  }

  get bytes(): number {
    return this.conversation.bytes;
  }

  get quotaBytes(): number {
    return this.conversation.quotaBytes;
  }

  get deadline(): number {
    return this.conversation.expiresAt?.getTime() ?? Infinity;
  }
}

/** An idempotency record. It is used once: when it is written. */
export class HeldRecord extends Held {
  readonly kind = 'records';
  readonly byUse = new Link<HeldItem>(this);
  readonly byDeadline = new Link<HeldItem>(this);
  readonly bytes: number;
  readonly quotaBytes: number;
  readonly deadline: number;

  /** @param now milliseconds since the epoch */
  constructor(
    holder: MemoryOwner,
    claim: IdempotencyClaim,
    readonly record: IdempotencyRecord,
    now: number,
  ) {
    super(holder, claim.key);
    this.bytes = bytesOfRecord(claim, record.id, record.turn?.id);
    this.quotaBytes = this.bytes;
    this.deadline = now + IDEMPOTENCY_WINDOW_MS;
  }
}
