import type { WriteOptions } from '../conversation-store.js';

/** Conversations of an owner, as they were counted before a create. Those that are unsaved then count besides. */
export interface CountedConversations {
  /** Those that the record has, at least. */
  readonly saved: number;
  /**
   * Ids of those that were never saved, read before `saved`: one that is saved in between counts twice, and never
   * not at all. Empty when `saved` has their number.
   */
  readonly unsaved: readonly string[];
}

/** Options of a create where a record lies behind Redis. */
export interface CreateOptions extends WriteOptions {
  /** Conversations of the owner, which count towards the cap; without it those in Redis count. */
  readonly counted?: CountedConversations | undefined;
  /** The least revision of the new conversation: higher than any that the record has under its id. */
  readonly firstRevision?: number | undefined;
}
