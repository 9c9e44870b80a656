import type { Owner } from '../../../domain/owner.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import type { RedisKeys } from '../redis.keys.js';
import type { TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';

/** What the owners with a quota are charged for that the record has. */
export class RedisUsage {
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
  ) {}

  /** Whether Redis knows what the record has of the owner. */
  async isKnown(owner: Owner): Promise<boolean> {
    const [bytes] = await this.redis.readHash(this.usageKeyOf(owner), ['saved']);
    return bytes != null;
  }

  /** @returns the bytes that the owner was charged for before */
  async store(owner: Owner, savedBytes: number): Promise<number> {
    const { expiriesKey } = this.keys.of(owner);
    const call = TIER_SCRIPTS.storeSavedUsage.with(
      { usageKey: this.usageKeyOf(owner), expiriesKey },
      { savedBytes },
    );
    const [, formerBytes] = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return formerBytes as number;
  }

  /** After what the record has of the owner became more by so many bytes, or less. Does nothing without a quota. */
  async chargeSaved(owner: Owner, addedBytes: number): Promise<void> {
    const { usageKey } = this.keys.of(owner);
    if (usageKey === undefined) return;
    const call = TIER_SCRIPTS.chargeSavedUsage.with({ usageKey }, { addedBytes });
    await this.redis.writeUnreplicated(...call);
  }

  private usageKeyOf(owner: Owner): string {
    const { usageKey } = this.keys.of(owner);
    if (usageKey === undefined) throw new TypeError('There is no quota.');
    return usageKey;
  }
}
