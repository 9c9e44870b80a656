import { hash } from 'node:crypto';
import type { Owner } from '../../domain/owner.js';
import type { RateLimits } from '../../domain/rate-limit.js';
import { PARTITION_TAGS, partitionOf } from './partitions.js';

const PLAIN = /^[\w.-]*$/;

/** Of a hash in base64url: 132 bits. */
const IDEMPOTENCY_DIGITS = 22;

/** A conversationKey behind its prefix. */
const CONVERSATION_KEY = /^\{p\d+\}:([\w.%-]*):([\w.%-]*):conv:([\w.%-]*)$/;

/** Which keys there are besides those that every store in Redis has. */
export interface KeyOptions {
  /** Keys that count the bytes of an owner. */
  readonly hasQuota?: boolean;
  /** Keys that say what of Redis the record behind it does not have yet. */
  readonly hasTier?: boolean;
}

/** A conversation, as its key names it. */
export interface ConversationName {
  readonly owner: Owner;
  readonly id: string;
}

/** Names the Redis keys of every owner and every partition under one prefix. */
export class RedisKeys {
  /** The keys of an owner, for as long as a caller holds that owner. */
  private readonly ofOwners = new WeakMap<Owner, OwnerKeys>();

  constructor(
    private readonly keyPrefix: string,
    private readonly options: KeyOptions = {},
  ) {}

  of(owner: Owner): OwnerKeys {
    let keys = this.ofOwners.get(owner);
    if (!keys) {
      keys = new OwnerKeys(this.keyPrefix, owner, this.options);
      this.ofOwners.set(owner, keys);
    }
    return keys;
  }

  partition(partition: number): PartitionKeys {
    return new PartitionKeys(this.keyPrefix, partition);
  }

  partitionOf(owner: Owner): number {
    return this.of(owner).partition;
  }

  /**
   * The keys that count the requests of a user, and of all users of a tenant, in windows of so many seconds:
   *
   *     cs:{p17}:<tenant>:<user>:requests:60  string, a number
   *     cs:{p17}:<tenant>::requests:60        the same of a tenant; no user has an empty id
   *
   * All of them share a slot: that of the owner's other keys, or with a limit of the tenant the tenant's.
   */
  requestCounts({ tenantId, userId }: Owner, limits: RateLimits): string[] {
    const ofTenant = `${encode(tenantId)}:`;
    const ofUser = ofTenant + encode(userId);
    const hasTenant = limits.some(({ policy }) => policy === 'tenant');
    const prefix = partitionPrefix(this.keyPrefix, partitionOf(hasTenant ? ofTenant : ofUser));
    return limits.map(
      ({ policy, windowSeconds }) =>
        `${prefix}:${policy === 'user' ? ofUser : ofTenant}:requests:${windowSeconds}`,
    );
  }

  /** A glob pattern of every `conversationKey` under this prefix, and of some other keys. */
  get conversationPattern(): string {
    return `${this.keyPrefix.replace(/[\\*?[\]^]/g, '\\$&')}{p*}:*:conv:*`;
  }

  /** Whose conversation has this `conversationKey`; undefined when it is no such key under this prefix. */
  conversationOf(conversationKey: string): ConversationName | undefined {
    if (!conversationKey.startsWith(this.keyPrefix)) return undefined;
    const match = CONVERSATION_KEY.exec(conversationKey.slice(this.keyPrefix.length));
    if (!match) return undefined;
    const [, tenantId = '', userId = '', id = ''] = match;
    return { owner: { tenantId: decode(tenantId), userId: decode(userId) }, id: decode(id) };
  }
}

/**
 * The keys that the owners of a partition share, with a tier:
 *
 *     hotKey      cs:{p17}:hot      sorted set, conversationKeys: of a dirty one by the time of its first unsaved
 *                                   change, of a clean one by minus the time at which it leaves Redis
 *     deletedKey  cs:{p17}:deleted  sorted set, conversationKeys that were deleted, by time; minus the time
 *                                   once the record has the tombstone
 *     flushKey    cs:{p17}:flush    hash, lease and numbers of the flushes, numbers of the deletes
 */
export class PartitionKeys {
  readonly hotKey: string;
  readonly deletedKey: string;
  readonly flushKey: string;

  constructor(
    keyPrefix: string,
    readonly partition: number,
  ) {
    const prefix = partitionPrefix(keyPrefix, partition);
    this.hotKey = `${prefix}:hot`;
    this.deletedKey = `${prefix}:deleted`;
    this.flushKey = `${prefix}:flush`;
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
 *     stagedKey           cs:{p17}:<tenant>:<user>:staged:<token>          list, for minutes
 *
 * and with a quota:
 *
 *     usageKey            cs:{p17}:<tenant>:<user>:usage                   hash, bytes
 *     recordsKey          cs:{p17}:<tenant>:<user>:records                 sorted set, hashes by deadline
 *
 * and with a tier, besides those of {@link PartitionKeys}:
 *
 *     unsavedKey          cs:{p17}:<tenant>:<user>:unsaved                 set, ids that the record never had
 *     fillKey             cs:{p17}:<tenant>:<user>:conv:<id>:fill          string, token of who hydrates it
 *     tombstoneKey        cs:{p17}:<tenant>:<user>:conv:<id>:tombstone     string, revision of the tombstone
 *     unsavedRecordsKey   cs:{p17}:<tenant>:<user>:conv:<id>:records       hash, idempotency records by key
 */
export class OwnerKeys {
  readonly partition: number;
  readonly expiriesKey: string;
  readonly activeKey: string;
  readonly completedKey: string;
  readonly archivedKey: string;
  readonly usageKey: string | undefined;
  readonly recordsKey: string | undefined;
  readonly hotKey: string | undefined;
  readonly deletedKey: string | undefined;
  readonly flushKey: string | undefined;
  readonly unsavedKey: string | undefined;
  private readonly prefix: string;

  constructor(keyPrefix: string, owner: Owner, { hasQuota, hasTier }: KeyOptions = {}) {
    const encoded = `${encode(owner.tenantId)}:${encode(owner.userId)}`;
    this.partition = partitionOf(encoded);
    this.prefix = `${partitionPrefix(keyPrefix, this.partition)}:${encoded}`;
    this.expiriesKey = `${this.prefix}:expiries`;
    this.activeKey = `${this.prefix}:conversations:active`;
    this.completedKey = `${this.prefix}:conversations:completed`;
    this.archivedKey = `${this.prefix}:conversations:archived`;
    this.usageKey = hasQuota ? `${this.prefix}:usage` : undefined;
    this.recordsKey = hasQuota ? `${this.prefix}:records` : undefined;
    const shared = hasTier ? new PartitionKeys(keyPrefix, this.partition) : undefined;
    this.hotKey = shared?.hotKey;
    this.deletedKey = shared?.deletedKey;
    this.flushKey = shared?.flushKey;
    this.unsavedKey = hasTier ? `${this.prefix}:unsaved` : undefined;
  }

  /** With the idempotency key of a write, the record of that key is one of them. */
  conversation(id: string, idempotencyKey?: string): ConversationKeys {
    const recordKey = idempotencyKey === undefined ? undefined : this.record(idempotencyKey);
    return new ConversationKeys(this, `${this.prefix}:conv:${encode(id)}`, recordKey);
  }

  /** The same of a fork of the conversation `sourceId`, whose messages are collected in a list of their own. */
  fork(id: string, sourceId: string, token: string, idempotencyKey?: string): ForkKeys {
    return Object.assign(this.conversation(id, idempotencyKey), {
      sourceKey: this.conversation(sourceId).conversationKey,
      stagedKey: `${this.prefix}:staged:${token}`,
    });
  }

  /** The same for the scripts that only a tier has. There must be one. */
  conversationInTier(id: string): TierConversationKeys {
    if (this.hotKey === undefined) throw new TypeError('These keys are without a tier.');
    return this.conversation(id) as TierConversationKeys;
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
  readonly hotKey: string | undefined;
  readonly deletedKey: string | undefined;
  readonly flushKey: string | undefined;
  readonly unsavedKey: string | undefined;

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
    this.hotKey = owner.hotKey;
    this.deletedKey = owner.deletedKey;
    this.flushKey = owner.flushKey;
    this.unsavedKey = owner.unsavedKey;
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

  get fillKey(): string | undefined {
    return this.inTier('fill');
  }

  get tombstoneKey(): string | undefined {
    return this.inTier('tombstone');
  }

  get unsavedRecordsKey(): string | undefined {
    return this.inTier('records');
  }

  private inTier(name: string): string | undefined {
    return this.hotKey === undefined ? undefined : `${this.conversationKey}:${name}`;
  }
}

/** The keys of a conversation that is created as a fork. */
export type ForkKeys = ConversationKeys & {
  readonly sourceKey: string;
  readonly stagedKey: string;
};

/** The keys of a conversation where there is a tier. */
export type TierConversationKeys = ConversationKeys &
  Readonly<
    Record<
      | 'hotKey'
      | 'deletedKey'
      | 'flushKey'
      | 'unsavedKey'
      | 'fillKey'
      | 'tombstoneKey'
      | 'unsavedRecordsKey',
      string
    >
  >;

function partitionPrefix(keyPrefix: string, partition: number): string {
  return `${keyPrefix}{${PARTITION_TAGS[partition] as string}}`;
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

function decode(encoded: string): string {
  return PLAIN.test(encoded) ? encoded : decodeURIComponent(encoded);
}
