import type { IdempotencyRecord } from '../domain/idempotency-record.js';
import type { Owner } from '../domain/owner.js';
import type { ConversationStore, WriteOutcome } from './conversation-store.js';
import { readAll } from './read-all.js';
import { afterWrite } from './store.errors.js';

/**
 * The answer to a request whose write an earlier one has made.
 * @throws ConversationNotFoundError, ConversationDamagedError, StoreUnavailableError
 */
export async function replayWrite(
  store: Pick<ConversationStore, 'read'>,
  owner: Owner,
  record: IdempotencyRecord,
): Promise<WriteOutcome> {
  try {
    const { conversation, messages } = await readAll(store, owner, record);
    return { conversation, messages, replayed: true };
  } catch (error) {
    throw afterWrite(error);
  }
}
