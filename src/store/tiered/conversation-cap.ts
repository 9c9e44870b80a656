import { TooManyConversationsError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { CountedConversations } from '../redis/create-options.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreUnavailableError } from '../store.errors.js';

/**
 * The cap of an owner's conversations: those that PostgreSQL has, and those that only Redis has yet. One that
 * is being saved for the first time may count twice for a moment. One that is created and saved by others while
 * this create counts is overlooked.
 */
export class ConversationCap {
  constructor(
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
  ) {}

  /**
   * Runs a create, and once more when only expired conversations, or some that counted twice, are in its way.
   * @param create gets how many there are; undefined when PostgreSQL is away, and then those in Redis count
   * @throws TooManyConversationsError, and what the create throws
   */
  async run<T>(
    owner: Owner,
    create: (counted: CountedConversations | undefined) => Promise<T>,
  ): Promise<T> {
    const most = await this.countMost(owner);
    try {
      return await create(most);
    } catch (error) {
      if (most === undefined || !(error instanceof TooManyConversationsError)) throw error;
      await this.tier.hot.forgetExpired(owner);
      return create(await this.count(owner));
    }
  }

  /** Two numbers, however many there are: a conversation that is unsaved, and stays so, counts twice. */
  private async countMost(owner: Owner): Promise<CountedConversations | undefined> {
    const unsaved = await this.tier.hot.unsavedCount(owner);
    const saved = await unlessAway(this.record.conversationCount(owner));
    return saved === undefined ? undefined : { unsaved: [], saved: unsaved + saved };
  }

  /** Those in Redis first: a flush in between makes a conversation count twice, and does not hide it. */
  private async count(owner: Owner): Promise<CountedConversations | undefined> {
    const unsaved = await this.tier.hot.unsavedIds(owner);
    const living = await unlessAway(this.record.living(owner));
    return living && { unsaved, saved: living.filter(({ hasExpired }) => !hasExpired).length };
  }
}

async function unlessAway<T>(counting: Promise<T>): Promise<T | undefined> {
  try {
    return await counting;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return undefined;
    throw error;
  }
}
