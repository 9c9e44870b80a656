/** The limits of a store, the same for every driver. */
export interface StoreLimits {
  /**
   * Time to live: milliseconds from the last counted access of a conversation until it expires. `null`:
   * conversations exist until they are deleted.
   */
  readonly ttlMs: number | null;
  readonly maxMessagesPerConversation: number;
  readonly maxConversationsPerUser: number;
  /**
   * About how many bytes of messages or of conversations a page holds. A page that would hold more ends
   * early, but never before its first item.
   */
  readonly pageBytes: number;
  /**
   * Bytes of conversations, messages, working states and idempotency records that an owner stores, as
   * the driver counts them. Turns and their events do not count. 0 or absent: no quota.
   */
  readonly ownerQuotaBytes?: number;
}

/** Limits with a time to live, for a store whose conversations all have deadlines. */
export interface StoreLimitsWithTtl extends StoreLimits {
  readonly ttlMs: number;
}
