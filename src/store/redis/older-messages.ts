import type { MessageRange } from '../../domain/message-range.js';
import type { Owner } from '../../domain/owner.js';
import type { MessagePage } from '../conversation-store.js';

/** Reads the messages at the start of a conversation that are not in Redis: the record behind it has them. */
export interface OlderMessages {
  /**
   * As `ConversationStore.read`, of a range that lies in what Redis does not have. Only the messages matter, which
   * are without what they tell of branches: Redis may know more of these.
   * @throws ConversationNotFoundError, ConversationDamagedError, StoreUnavailableError
   */
  read(owner: Owner, id: string, range: MessageRange): Promise<Pick<MessagePage, 'messages'>>;
}
