import { Logger } from '@nestjs/common';
import type { Conversation } from '../../domain/conversation.js';
import { pageOf, type ConversationPage, type ListQuery } from '../../domain/conversation-list.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { Sealing } from '../sealing/sealing.js';
import { decodeRow, type ConversationRow } from './codecs/conversation-row.codec.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { LIST, LIST_IDS } from './statements/list.js';

/** Behind every position. */
const FIRST = { updatedAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' } as const;

/** Lists conversations: one statement a page. */
export class PostgresListing {
  private readonly logger = new Logger('Store');

  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
  ) {}

  async page(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    const { ttlMs, pageBytes } = this.limits;
    let { after } = query;
    for (;;) {
      const wanted = query.limit + 1;
      const { updatedAt, id } = after ?? FIRST;
      const rows = await this.connection.read<ConversationRow>(
        LIST,
        LIST.values({
          owner: ownerKey(owner),
          statuses: query.statuses,
          updatedAt,
          id,
          limit: wanted,
          ttlMs,
        }),
      );
      const page = pageOf(
        this.decodeAll(owner, rows),
        { ...query, ...(after && { after }) },
        pageBytes,
      );
      const last = rows.at(-1);
      if (page.next || rows.length < wanted || !last) return page;
      // So many are damaged that the page may not be the last one.
      const next = { updatedAt: last.updated_at, id: last.id };
      if (page.conversations.length > 0) return { ...page, next };
      after = next;
    }
  }

  async ids(owner: Owner): Promise<readonly string[]> {
    const values = LIST_IDS.values({ owner: ownerKey(owner), ttlMs: this.limits.ttlMs });
    const rows = await this.connection.read<{ id: string }>(LIST_IDS, values);
    return rows.map(({ id }) => id);
  }

  /** Those that can be read. */
  private decodeAll(owner: Owner, rows: readonly ConversationRow[]): Conversation[] {
    return rows.flatMap((row) => {
      try {
        return [decodeRow(owner, row, this.limits.ttlMs, this.sealing)];
      } catch (error) {
        this.logger.error(`Conversation ${row.id} is damaged, and left out of a list.`, error);
        return [];
      }
    });
  }
}
