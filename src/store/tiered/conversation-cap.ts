import { TooManyConversationsError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { CountedConversations } from '../redis/create-options.js';
import type { RedisTier } from '../redis/tier/redis.tier.js';
import { StoreUnavailableError } from '../store.errors.js';

/**
 * The cap of an owner's conversations: those that PostgreSQL has, and those that only Redis has yet. One that is created
 * and saved by others while this create counts is overlooked.
 */
export class ConversationCap {
  constructor(
    private readonly tier: RedisTier,
    private readonly record: PostgresRecord,
  ) {}

  /**
   * Runs a create, and again with a count that takes longer when only conversations that counted twice, or expired ones,
   * may be in its way.
   * @param create gets how many there are; undefined when PostgreSQL is away, and then those in Redis count
   * @throws TooManyConversationsError, and what the create throws
   */
  async run<T>(
    owner: Owner,
    create: (counted: CountedConversations | undefined) => Promise<T>,
  ): Promise<T> {
    for (const count of [countMost, countEach]) {
      const counted = await count(this.tier, this.record, owner);
      try {
        return await create(counted);
      } catch (error) {
        if (counted === undefined || !(error instanceof TooManyConversationsError)) throw error;
      }
    }
    await this.tier.hot.forgetExpired(owner);
    return create(await countLiving(this.tier, this.record, owner));
  }
}

/** Gives undefined when PostgreSQL is away. */
type Count = (
  tier: RedisTier,
  record: PostgresRecord,
  owner: Owner,
) => Promise<CountedConversations | undefined>;

/** Two numbers, however many there are: a conversation that is unsaved, and stays so, counts twice. */
const countMost: Count = async ({ hot }, record, owner) => {
  const unsaved = await hot.unsavedCount(owner);
  const saved = await unlessAway(record.conversationCount(owner));
  return saved === undefined ? undefined : { unsaved: [], saved: unsaved + saved };
};

/** Those in Redis first: a flush in between makes a conversation count twice, and does not hide it. */
const countEach: Count = async ({ hot }, record, owner) => {
  const unsaved = await hot.unsavedIds(owner);
  const saved = await unlessAway(record.conversationCount(owner));
  return saved === undefined ? undefined : { unsaved, saved };
};

/** The same without those that have expired. */
const countLiving: Count = async ({ hot }, record, owner) => {
  const unsaved = await hot.unsavedIds(owner);
  const stored = await unlessAway(record.living(owner));
  return stored && { unsaved, saved: stored.filter(({ hasExpired }) => !hasExpired).length };
};

async function unlessAway<T>(counting: Promise<T>): Promise<T | undefined> {
  try {
    return await counting;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return undefined;
    throw error;
  }
}
