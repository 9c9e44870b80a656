import type { Conversation, ConversationPatch } from '../../domain/conversation.js';
import { MetadataFullError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import type { ChangeOptions } from '../conversation-store.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import type { Sealing } from '../sealing/sealing.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store.errors.js';
import { decodeConversation, encodePatch, patchAction } from './codecs/conversation.codec.js';
import { encodeMetadataPatch, NO_METADATA } from './codecs/metadata-patch.codec.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import type { QuotaConnection } from './quota-connection.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';

/** How often a patch of metadata is merged. Each time but the first, another patch came before it. */
const MERGES = 200;

/**
 * Applies merge patches. Redis cannot read metadata that is sealed: a patch of it is merged here, and written only if
 * Redis still has what it was merged with.
 */
export class RedisUpdates {
  constructor(
    private readonly redis: QuotaConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    private readonly sealing: Sealing,
  ) {}

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions,
  ): Promise<Conversation> {
    const sealing = this.sealing.of(owner, id);
    const keys = this.keys.of(owner).conversation(id);
    const args = {
      id,
      ttl: this.limits.ttlMs,
      expectedVersion: expectedVersion ?? '',
      ...encodePatch(patch, sealing),
      metadataAction: patchAction(patch.metadata),
      ownerQuota: this.redis.ownerQuota,
    };
    // Where there is no metadata yet, which many conversations never have, one round trip is enough.
    let stored = NO_METADATA;
    for (let merges = 0; merges < MERGES; merges++) {
      const merged = merge(id, patch, stored, merges > 0, sealing);
      const call = SCRIPTS.update.with(keys, { ...args, ...merged });
      const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
      if (reply[0] !== 'METADATA_CHANGED') {
        const [fields] = expectOk<[Fields]>(id, reply, this.limits);
        return decodeConversation(owner, id, fields, sealing);
      }
      stored = reply[1] as string;
    }
    throw new StoreUnavailableError('Other changes of the metadata are in the way.', {
      mayHaveBeenApplied: false,
    });
  }
}

/** @throws MetadataFullError, ConversationDamagedError */
function merge(
  id: string,
  { metadata }: ConversationPatch,
  stored: string,
  isCertain: boolean,
  sealing: ConversationSealing,
): ReturnType<typeof encodeMetadataPatch> {
  try {
    return encodeMetadataPatch(metadata, stored, isCertain, sealing);
  } catch (cause) {
    if (cause instanceof MetadataFullError) throw cause;
    throw new ConversationDamagedError(id, 'Its metadata cannot be read.', { cause });
  }
}
