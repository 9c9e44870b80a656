import {
  newestFirst,
  pageOf,
  type ConversationPage,
  type ListPosition,
  type ListQuery,
} from '../../domain/conversation-list.js';
import type { Conversation } from '../../domain/conversation.js';
import type { Owner } from '../../domain/owner.js';
import type { ConversationStore } from '../conversation-store.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';

/**
 * Lists the conversations of both tiers. Redis is read first, then PostgreSQL: what is saved stays in Redis
 * for longer than this takes, so that a conversation that leaves Redis in between has its present row.
 * What PostgreSQL lists is shown as Redis has it, if Redis has it.
 */
export class TieredListing {
  constructor(
    private readonly hot: Pick<ConversationStore, 'list' | 'listIds'>,
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
    private readonly pageBytes: number,
  ) {}

  async page(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    const found: Conversation[] = [];
    let after = query.after;
    for (;;) {
      // One more than the page has: only that tells whether there is a next page.
      const limit = query.limit + 1 - found.length;
      const behind: ListQuery = { ...query, limit, ...(after && { after }) };
      const { conversations, end } = await this.stretch(owner, behind);
      found.push(...conversations);
      const page = pageOf(found, query, this.pageBytes);
      if (page.next || !end) return page;
      after = end;
    }
  }

  /** Those that either tier has, each once. */
  async ids(owner: Owner): Promise<readonly string[]> {
    const hot = await this.hot.listIds(owner);
    const living = await this.record.living(owner);
    const saved = living.filter(({ hasExpired }) => !hasExpired).map(({ id }) => id);
    const isHot = new Set(hot);
    const others = saved.filter((id) => !isHot.has(id));
    const places = await this.tier.hot.places(owner, others);
    return [...hot, ...others.filter((_, i) => places[i] !== 'deleted')];
  }

  /** A stretch of the list behind a position, up to where both tiers were read; without an `end`, all of it. */
  private async stretch(
    owner: Owner,
    query: ListQuery,
  ): Promise<{ conversations: readonly Conversation[]; end?: ListPosition }> {
    const hot = await this.hot.list(owner, query);
    const saved = await this.record.list(owner, query);
    const isHot = new Set(hot.conversations.map(({ id }) => id));
    const others = saved.conversations.filter(({ id }) => !isHot.has(id));
    const places = await this.tier.hot.places(
      owner,
      others.map(({ id }) => id),
    );
    const present = others.flatMap((conversation, i) => {
      const place = places[i];
      return place === 'deleted' ? [] : [place ?? conversation];
    });
    // What PostgreSQL has at an earlier place may be in front of this stretch, which has shown it then.
    const { after } = query;
    const conversations = [...hot.conversations, ...present]
      .filter(({ status }) => query.statuses.includes(status))
      .filter((one) => !after || newestFirst(after, one) < 0);
    const end = firstOf(hot.next, saved.next);
    if (!end) return { conversations };
    return { conversations: conversations.filter((one) => newestFirst(one, end) <= 0), end };
  }
}

/** Of two ends the one that comes first in the list: behind it one of the tiers was not read. */
function firstOf(
  one: ListPosition | undefined,
  other: ListPosition | undefined,
): ListPosition | undefined {
  if (!one || !other) return one ?? other;
  return newestFirst(one, other) <= 0 ? one : other;
}
