import { TooManyConversationsError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { CountedConversations } from '../redis/create-options.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreUnavailableError } from '../store.errors.js';

/**
 * The cap of an owner's conversations: those that PostgreSQL has, and those that only Redis has yet. One that
 * is being saved for the first time may count twice for a moment.
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
    const counted = await this.count(owner, () => this.record.conversationCount(owner));
    try {
      return await create(counted);
    } catch (error) {
      if (counted === undefined || !(error instanceof TooManyConversationsError)) throw error;
      await this.tier.hot.forgetExpired(owner);
      return create(await this.count(owner, () => this.livingCount(owner)));
    }
  }

  /** Those in Redis first: a flush in between makes a conversation count twice, and never hides it. */
  private async count(
    owner: Owner,
    savedCount: () => Promise<number>,
  ): Promise<CountedConversations | undefined> {
    if (this.record.isAway) return undefined;
    const unsaved = await this.tier.hot.unsavedCount(owner);
    try {
      return { unsaved, saved: await savedCount() };
    } catch (error) {
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  }

  private async livingCount(owner: Owner): Promise<number> {
    return (await this.record.living(owner)).filter(({ hasExpired }) => !hasExpired).length;
  }
}
