import { TooManyConversationsError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
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
   * Runs a create, and once more when only expired conversations are in its way.
   * @param create gets how many PostgreSQL has; undefined when it is away, and then those in Redis count alone
   * @throws TooManyConversationsError, and what the create throws
   */
  async run<T>(owner: Owner, create: (saved: number | undefined) => Promise<T>): Promise<T> {
    const saved = await this.savedCount(owner);
    try {
      return await create(saved);
    } catch (error) {
      if (saved === undefined || !(error instanceof TooManyConversationsError)) throw error;
      await this.tier.hot.forgetExpired(owner);
      const living = (await this.record.living(owner)).filter(({ hasExpired }) => !hasExpired);
      return create(living.length);
    }
  }

  private async savedCount(owner: Owner): Promise<number | undefined> {
    if (this.record.isAway) return undefined;
    try {
      return await this.record.conversationCount(owner);
    } catch (error) {
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  }
}
