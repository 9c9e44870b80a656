import type { WriteOptions } from '../conversation-store.js';

/** Conversations of an owner that a record and Redis have, as they were counted before a create. */
export interface CountedConversations {
  /** Those that the record has. */
  readonly saved: number;
  /** Those that were never saved, counted before `saved`: a flush in between shows them in both, never in none. */
  readonly unsaved: number;
}

/** Options of a create where a record lies behind Redis. */
export interface CreateOptions extends WriteOptions {
  /** Conversations of the owner, which count towards the cap; without it those in Redis count. */
  readonly counted?: CountedConversations | undefined;
  /** The least revision of the new conversation: higher than any that the record has under its id. */
  readonly firstRevision?: number | undefined;
}
