import { hash } from 'node:crypto';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import { PARTITION_TAGS, partitionOf } from './partitions.js';

const PLAIN = /^[\w.-]*$/;

/** Of a hash in base64url: 132 bits. */
const IDEMPOTENCY_DIGITS = 22;

/**
 * Every Redis key of the store. All keys of an owner share a hash tag, and so a slot:
 *
 *     cs:{p17}:<tenant>:<user>:conv:<id>            hash
 *     cs:{p17}:<tenant>:<user>:conv:<id>:messages   list
 *     cs:{p17}:<tenant>:<user>:conv:<id>:turn       hash
 *     cs:{p17}:<tenant>:<user>:conv:<id>:turn:events   stream
 *     cs:{p17}:<tenant>:<user>:conv:<id>:turn:waiting  hash
 *     cs:{p17}:<tenant>:<user>:conv:<id>:turn:before   hash, and …:before:events, of the turn before
 *     cs:{p17}:<tenant>:<user>:conversations:<status>  sorted set, ids by updatedAt
 *     cs:{p17}:<tenant>:<user>:expiries             sorted set, ids by expiresAt
 *     cs:{p17}:<tenant>:<user>:idem:<hash>          string
 */
export class OwnerKeys {
  /** Ids by the time at which they expire. */
  readonly expiries: string;
  private readonly prefix: string;
  private readonly active: string;
  private readonly listing: readonly string[];

  constructor(keyPrefix: string, owner: Owner) {
    const encoded = `${encode(owner.tenantId)}:${encode(owner.userId)}`;
    const tag = PARTITION_TAGS[partitionOf(encoded)] as string;
    this.prefix = `${keyPrefix}{${tag}}:${encoded}`;
    this.expiries = `${this.prefix}:expiries`;
    this.active = this.index('active');
    this.listing = [this.expiries, ...CONVERSATION_STATUSES.map((status) => this.index(status))];
  }

  /** Ids of the conversations of one status by the time of their last update. */
  index(status: ConversationStatus): string {
    return `${this.prefix}:conversations:${status}`;
  }

  /** KEYS of the scripts that list. */
  forListing(): readonly string[] {
    return this.listing;
  }

  /** KEYS 1-2 of the scripts on one conversation. */
  forReading(id: string): string[] {
    const conversation = this.conversation(id);
    return [conversation, `${conversation}:messages`];
  }

  /** KEYS 1-4 of the script that takes active conversations only. */
  forAppending(id: string): string[] {
    return [...this.forReading(id), this.expiries, this.active];
  }

  /** KEYS 1-6 of the scripts that may change any index. */
  forConversation(id: string): string[] {
    return [...this.forReading(id), ...this.forListing()];
  }

  /** KEYS 1-11 of the scripts on a turn, and on whatever goes with one. */
  forTurn(id: string): string[] {
    const turn = `${this.conversation(id)}:turn`;
    const before = `${turn}:before`;
    const ofTheLatest = [turn, `${turn}:events`, `${turn}:waiting`];
    return [...this.forConversation(id), ...ofTheLatest, before, `${before}:events`];
  }

  /** Those of a write that is done once: the key of its outcome is the last. */
  once(keys: readonly string[], idempotency: IdempotencyClaim | undefined): readonly string[] {
    return idempotency ? [...keys, this.idempotency(idempotency.key)] : keys;
  }

  conversation(id: string): string {
    return `${this.prefix}:conv:${encode(id)}`;
  }

  idempotency(key: string): string {
    return `${this.prefix}:idem:${hash('sha256', key, 'base64url').slice(0, IDEMPOTENCY_DIGITS)}`;
  }
}

/**
 * Injective, and free of ":" "{" "}": what is no letter, digit, "-", "_" or "." is written as the
 * percent-escapes of its UTF-8 bytes.
 */
function encode(name: string): string {
  // As nearly all are: a UUID, say.
  if (PLAIN.test(name)) return name;
  return encodeURIComponent(name).replace(
    /[!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
