import type { Owner } from '../../../domain/owner.js';
import type { LoadedRecord } from '../../snapshot.js';
import { encodeLeaf } from '../codecs/conversation.codec.js';
import type { ScriptReply } from '../codecs/script-reply.js';
import type { RedisKeys } from '../redis.keys.js';
import { replyOf } from './reply-of.js';
import type { TierConnection } from './tier-connection.js';
import { TIER_SCRIPTS } from './tier.scripts.js';
import { UNSAVED_TTL_MS } from './unsaved-ttl.js';

export type Reservation =
  | { readonly result: 'reserved' }
  /** Redis holds the conversation. */
  | { readonly result: 'hot' }
  /** Another fills it. */
  | { readonly result: 'wait' }
  /** It was deleted; the revision is that of its tombstone. */
  | { readonly result: 'deleted'; readonly revision: number };

/**
 * `lost`: the reservation has ended, or the conversation was written or deleted meanwhile. `expired`: its
 * deadline has passed. `damaged`: its elements are not those up to its last message.
 */
export type FillResult = 'filled' | 'lost' | 'expired' | 'damaged';

/** Fills Redis with conversations that the record has. */
export class RedisFills {
  constructor(
    private readonly redis: TierConnection,
    private readonly keys: RedisKeys,
    private readonly retentionMs: number | null,
  ) {}

  /** Reserves the id, so that one caller loads it. Every create and delete of the id ends the reservation. */
  async reserve(owner: Owner, id: string, token: string, leaseMs: number): Promise<Reservation> {
    const keys = this.keys.of(owner).conversationInTier(id);
    const call = TIER_SCRIPTS.reserveFill.with(keys, { token, lease: leaseMs });
    const reply = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    const result = replyOf(reply, {
      OK: 'reserved',
      HOT: 'hot',
      WAIT: 'wait',
      DELETED: 'deleted',
    } as const);
    return result === 'deleted' ? { result, revision: Number(reply[1]) } : { result };
  }

  /** Fills the reserved conversation, which is clean then and stays for the residency. */
  async fill(
    owner: Owner,
    id: string,
    token: string,
    record: LoadedRecord,
    residencyMs: number,
  ): Promise<FillResult> {
    const { title, externalId, metadata, state, elements, branches } = record;
    const call = TIER_SCRIPTS.fill.with(this.keys.of(owner).conversationInTier(id), {
      id,
      token,
      residency: residencyMs,
      ttl: this.retentionMs ?? UNSAVED_TTL_MS,
      isExpiring: Number(this.retentionMs !== null),
      revision: record.revision,
      status: record.status,
      version: record.version,
      messageCount: record.messageCount,
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
      lastAccessedAt: record.lastAccessedAt,
      size: Math.max(0, ...elements.map((element) => Buffer.byteLength(element))),
      hasTitle: Number(title !== undefined),
      title: title ?? '',
      hasExternalId: Number(externalId !== undefined),
      externalId: externalId ?? '',
      forkedFrom: record.forkedFrom ?? '',
      metadata: metadata === '{}' ? '' : metadata,
      state: state?.text ?? '',
      stateVersion: state?.version ?? 0,
      base: record.firstSeq - 1,
      leafSeq: encodeLeaf(record),
      branches,
      elements,
    });
    const reply = (await this.redis.writeUnreplicated(...call)) as ScriptReply;
    return replyOf(reply, {
      OK: 'filled',
      LOST: 'lost',
      EXPIRED: 'expired',
      DAMAGED: 'damaged',
    } as const);
  }

  /** Ends a reservation that is still the caller's. */
  async cancel(owner: Owner, id: string, token: string): Promise<void> {
    const keys = this.keys.of(owner).conversationInTier(id);
    await this.redis.writeUnreplicated(...TIER_SCRIPTS.cancelFill.with(keys, { token }));
  }

  /** Stores an idempotency record of the record's, unless the key has one. */
  async restoreRecord(owner: Owner, key: string, record: string, ttlMs: number): Promise<void> {
    const recordKey = this.keys.of(owner).record(key);
    const call = TIER_SCRIPTS.restoreRecord.with({ recordKey }, { record, recordTtl: ttlMs });
    await this.redis.writeUnreplicated(...call);
  }
}
