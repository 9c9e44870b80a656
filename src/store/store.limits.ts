/** What bounds a store, whichever driver it is. */
export interface StoreLimits {
  /** Milliseconds that a conversation lives after its last write or counted read. */
  readonly ttlMs: number;
  readonly maxMessagesPerConversation: number;
  readonly maxConversationsPerUser: number;
}
