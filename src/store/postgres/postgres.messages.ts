import { isAccessDue } from '../../domain/access.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { MessageRange } from '../../domain/message-range.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { decodeMessage } from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import { ConversationDamagedError } from '../store.errors.js';
import { decodeRow, hasRowExpired, type ConversationRow } from './codecs/conversation-row.codec.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { MAX_INTEGER } from './statements/statement.js';
import { READ_AFTER, READ_BEFORE } from './statements/read.js';

interface PageRow extends ConversationRow {
  readonly now: Date;
  /** Separated by line feeds; null for a page without messages. */
  readonly bodies: string | null;
  readonly first_seq: number | null;
  readonly last_seq: number | null;
  readonly count: number;
  /** Messages of the range, also those that did not fit into the page. */
  readonly found: number;
}

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
    const bodies = row.bodies?.split('\n') ?? [];
    const messages = bodies.map((body, i) => decodeMessage(id, firstSeq + i, body));
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

/** @throws ConversationDamagedError when messages are missing, or there are more than it counts */
function assertComplete(row: PageRow, { limit, from }: MessageRange): void {
  const { id, message_count: total, first_seq: first, last_seq: last, count, found } = row;
  const isForwards = from !== 'end' && 'after' in from;
  const end = from === 'end' ? total : isForwards ? total : Math.min(from.before - 1, total);
  const start = isForwards ? Math.min(from.after, total) : 0;
  const isWhole = found === Math.min(limit, end - start);
  const isInPlace = first === null || (isForwards ? first === start + 1 : last === end);
  const isGapless = first === null || last === null || last - first + 1 === count;
  if (!isWhole || !isInPlace || !isGapless) {
    throw new ConversationDamagedError(id, 'Some of its messages are missing.');
  }
}
