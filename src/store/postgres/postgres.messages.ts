import { isAccessDue } from '../../domain/access.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { MessageRange } from '../../domain/message-range.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { decodeMessage } from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import { decodeRow, hasRowExpired } from './codecs/conversation-row.codec.js';
import { assertComplete, bodiesOf, type PageRow } from './codecs/page-row.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { MAX_INTEGER } from './statements/statement.js';
import { READ_AFTER, READ_BEFORE } from './statements/read.js';

/** Reads pages of messages: one statement each. */
export class PostgresMessages {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
  ) {}

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    const { limit, from } = range;
    const isForwards = from !== 'end' && 'after' in from;
    const statement = isForwards ? READ_AFTER : READ_BEFORE;
    const bound = from === 'end' ? MAX_INTEGER : 'after' in from ? from.after : from.before;
    const { ttlMs, pageBytes } = this.limits;
    const values = {
      owner: ownerKey(owner),
      id: toUuid(id),
      bound: Math.min(bound, MAX_INTEGER),
      limit: Math.min(limit, MAX_INTEGER),
      pageBytes,
    };
    const [row] = await this.connection.read<PageRow>(statement, statement.values(values));
    if (!row || hasRowExpired(row.accessed_at, row.now, ttlMs)) {
      throw new ConversationNotFoundError();
    }
    const conversation = decodeRow(owner, row, ttlMs);
    const { messageCount } = conversation;
    assertComplete(row, range);
    const firstSeq = row.first_seq ?? 0;
    const messages = bodiesOf(row).map((body, i) => decodeMessage(id, firstSeq + i, body));
    // An empty page lies where the range begins.
    const last = row.last_seq ?? Math.min(bound, messageCount);
    const first = row.first_seq ?? Math.min(bound, messageCount + 1);
    return {
      conversation,
      messages,
      hasMore: isForwards ? last < messageCount : first > 1,
      accessDue: isAccessDue(conversation, row.now.getTime(), ttlMs),
    };
  }
}
