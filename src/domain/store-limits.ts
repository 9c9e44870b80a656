/** The limits of a store, the same for every driver. */
export interface StoreLimits {
  /** Time to live: milliseconds from the last counted access of a conversation until it expires. */
  readonly ttlMs: number;
  readonly maxMessagesPerConversation: number;
  readonly maxConversationsPerUser: number;
  /**
   * About how many bytes of messages or of conversations a page holds. A page that would hold more ends
   * early, but never before its first item.
   */
  readonly pageBytes: number;
}
