import type { WriteOptions } from '../conversation-store.js';

/** Options of a create where a record lies behind Redis. */
export interface CreateOptions extends WriteOptions {
  /**
   * Conversations that the owner has in the record. With these, those that were never saved count besides;
   * without, those in Redis count.
   */
  readonly savedConversations?: number | undefined;
  /** The least revision of the new conversation: higher than any that the record has under its id. */
  readonly firstRevision?: number | undefined;
}
