import { QuotaExceededError } from './conversation.errors.js';
import type { StoreLimits } from './store-limits.js';

/** What an owner stores. */
export interface QuotaUsage {
  /** Of conversations, messages, working states and idempotency records. */
  readonly quotaBytes: number;
}

/** Whether a store counts what owners store. */
export function hasQuota({ ownerQuotaBytes = 0 }: Pick<StoreLimits, 'ownerQuotaBytes'>): boolean {
  return ownerQuotaBytes > 0;
}

/**
 * The end of a turn is not held to the quota: the client has seen its replies.
 * @param addedBytes what a write adds to that; a write that adds nothing is always accepted
 * @throws QuotaExceededError
 */
export function assertQuota(
  { quotaBytes }: QuotaUsage,
  addedBytes: number,
  { ownerQuotaBytes: limit = 0 }: StoreLimits,
): void {
  if (limit > 0 && addedBytes > 0 && quotaBytes + addedBytes > limit) {
    throw new QuotaExceededError(limit);
  }
}
