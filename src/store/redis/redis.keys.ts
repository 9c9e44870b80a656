import { hash } from 'node:crypto';
import type { Owner } from '../../domain/owner.js';
import { PARTITION_TAGS, partitionOf } from './partitions.js';

const PLAIN = /^[\w.-]*$/;

/** Of a hash in base64url: 132 bits. */
const IDEMPOTENCY_DIGITS = 22;

/** Names the Redis keys of every owner under one prefix. */
export class RedisKeys {
  /** The keys of an owner, for as long as a caller holds that owner. */
  private readonly ofOwners = new WeakMap<Owner, OwnerKeys>();

  /** @param hasQuota whether there are keys that count the bytes of an owner */
  constructor(
    private readonly keyPrefix: string,
    private readonly hasQuota = false,
  ) {}

  of(owner: Owner): OwnerKeys {
    let keys = this.ofOwners.get(owner);
    if (!keys) {
      keys = new OwnerKeys(this.keyPrefix, owner, this.hasQuota);
      this.ofOwners.set(owner, keys);
    }
    return keys;
  }
}

/**
 * Every Redis key of an owner, under the names that the scripts use. All of them share a hash tag, and so
 * a slot:
 *
 *     expiriesKey         cs:{p17}:<tenant>:<user>:expiries                sorted set, ids by expiresAt
 *     activeKey …         cs:{p17}:<tenant>:<user>:conversations:<status>  sorted set, ids by updatedAt
 *     conversationKey     cs:{p17}:<tenant>:<user>:conv:<id>               hash
 *     messagesKey         cs:{p17}:<tenant>:<user>:conv:<id>:messages      list
 *     turnKey             cs:{p17}:<tenant>:<user>:conv:<id>:turn          hash
 *     eventsKey           cs:{p17}:<tenant>:<user>:conv:<id>:turn:events   stream
 *     queueKey            cs:{p17}:<tenant>:<user>:conv:<id>:turn:waiting  hash
 *     previousTurnKey     cs:{p17}:<tenant>:<user>:conv:<id>:turn:before   hash
 *     previousEventsKey   cs:{p17}:<tenant>:<user>:conv:<id>:turn:before:events  stream
 *     recordKey           cs:{p17}:<tenant>:<user>:idem:<hash>             string
 *
 * and with a quota:
 *
 *     usageKey            cs:{p17}:<tenant>:<user>:usage                   hash, bytes
 *     recordsKey          cs:{p17}:<tenant>:<user>:records                 sorted set, hashes by deadline
 */
export class OwnerKeys {
  readonly expiriesKey: string;
  readonly activeKey: string;
  readonly completedKey: string;
  readonly archivedKey: string;
  readonly usageKey: string | undefined;
  readonly recordsKey: string | undefined;
  private readonly prefix: string;

  constructor(keyPrefix: string, owner: Owner, hasQuota = false) {
    const encoded = `${encode(owner.tenantId)}:${encode(owner.userId)}`;
    const tag = PARTITION_TAGS[partitionOf(encoded)] as string;
    this.prefix = `${keyPrefix}{${tag}}:${encoded}`;
    this.expiriesKey = `${this.prefix}:expiries`;
    this.activeKey = `${this.prefix}:conversations:active`;
    this.completedKey = `${this.prefix}:conversations:completed`;
    this.archivedKey = `${this.prefix}:conversations:archived`;
    this.usageKey = hasQuota ? `${this.prefix}:usage` : undefined;
    this.recordsKey = hasQuota ? `${this.prefix}:records` : undefined;
  }

  /** With the idempotency key of a write, the record of that key is one of them. */
  conversation(id: string, idempotencyKey?: string): ConversationKeys {
    // KEYS ends before the first that is absent. Those of the quota come behind the record, so with a quota
    // a key without any meaning stands for an absent record.
    const recordKey = idempotencyKey === undefined ? this.usageKey : this.record(idempotencyKey);
    return new ConversationKeys(this, `${this.prefix}:conv:${encode(id)}`, recordKey);
  }

  record(idempotencyKey: string): string {
    const digits = hash('sha256', idempotencyKey, 'base64url').slice(0, IDEMPOTENCY_DIGITS);
    return `${this.prefix}:idem:${digits}`;
  }

  /** @param name as `recordsKey` has it: `r:<hash>` */
  recordNamed(name: string): string {
    return `${this.prefix}:idem:${name.slice(2)}`;
  }
}

/** The keys of a conversation, and those of its owner that a write to it touches. */
export class ConversationKeys {
  readonly expiriesKey: string;
  readonly activeKey: string;
  readonly completedKey: string;
  readonly archivedKey: string;
  readonly usageKey: string | undefined;
  readonly recordsKey: string | undefined;

  constructor(
    owner: OwnerKeys,
    readonly conversationKey: string,
    readonly recordKey: string | undefined,
  ) {
    this.expiriesKey = owner.expiriesKey;
    this.activeKey = owner.activeKey;
    this.completedKey = owner.completedKey;
    this.archivedKey = owner.archivedKey;
    this.usageKey = owner.usageKey;
    this.recordsKey = owner.recordsKey;
  }

  get messagesKey(): string {
    return `${this.conversationKey}:messages`;
  }

  get turnKey(): string {
    return `${this.conversationKey}:turn`;
  }

  get eventsKey(): string {
    return `${this.turnKey}:events`;
  }

  get queueKey(): string {
    return `${this.turnKey}:waiting`;
  }

  get previousTurnKey(): string {
    return `${this.turnKey}:before`;
  }

  get previousEventsKey(): string {
    return `${this.previousTurnKey}:events`;
  }
}

/**
 * Injective, and free of ":" "{" "}": what is no letter, digit, "-", "_" or "." is written as the
 * percent-escapes of its UTF-8 bytes.
 */
function encode(name: string): string {
  // Nearly all are: a UUID is.
  if (PLAIN.test(name)) return name;
  return encodeURIComponent(name).replace(
    /[!~*'()]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
