import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { NewMessage, Owner } from 'conversation-store';
import type { RedisConnection } from '../../src/store/redis/connection/connection.js';
import { openRedisConnection } from '../../src/store/redis/open-redis-store.js';
import { RedisKeys, type TierConversationKeys } from '../../src/store/redis/redis.keys.js';
import { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { RedisTier } from '../../src/store/redis/tier/redis.tier.js';
import { UNSAVED_TTL_MS } from '../../src/store/redis/tier/unsaved-ttl.js';
import type { LoadedRecord, Snapshot } from '../../src/store/snapshot.js';
import { auditRedis, type RedisAudit } from './redis-audit.js';
import { RedisServer } from './redis-server.js';
import { redisOptions } from './redis-store.js';

export const RETENTION_MS = 600_000;
export const RESIDENCY_MS = 60_000;
export const SETTLED = { residencyMs: RESIDENCY_MS, tail: 2 } as const;

/** A conversation of a test, and where it is. */
export interface TierConversation {
  readonly owner: Owner;
  readonly id: string;
  /** Its conversationKey. */
  readonly member: string;
  readonly keys: TierConversationKeys;
  readonly partition: number;
}

/** A Redis of its own as the tier in front of a record, with a store that marks what it writes. */
export class RedisTierBench {
  readonly keys = new RedisKeys('cs:', { hasTier: true });
  readonly tier: RedisTier;
  readonly store: RedisConversationStore;

  private constructor(
    private readonly server: RedisServer,
    readonly redis: Redis,
    readonly connection: RedisConnection,
    retentionMs: number | null,
  ) {
    this.tier = new RedisTier(connection, this.keys, retentionMs);
    const limits = redisOptions({ ttlMs: retentionMs ?? UNSAVED_TTL_MS });
    this.store = new RedisConversationStore(connection, this.keys, limits);
  }

  static async start(retentionMs: number | null = RETENTION_MS): Promise<RedisTierBench> {
    const server = await RedisServer.start();
    const node = { host: '127.0.0.1', port: server.port };
    const options = redisOptions({ topology: { mode: 'standalone', node, db: 0 } });
    const connection = await openRedisConnection(options);
    return new RedisTierBench(server, new Redis(server.port), connection, retentionMs);
  }

  async stop(): Promise<void> {
    await this.store.close();
    this.redis.disconnect();
    await this.server.stop();
  }

  audit(): Promise<RedisAudit> {
    return auditRedis(this.redis);
  }

  /** By Redis' clock, in milliseconds. */
  async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  /** The name of a conversation that nobody has created yet. */
  conversation(owner: Owner = anOwner(), id: string = randomUUID()): TierConversation {
    const keys = this.keys.of(owner).conversationInTier(id);
    const partition = this.keys.partitionOf(owner);
    return { owner, id, member: keys.conversationKey, keys, partition };
  }

  async create(
    texts: readonly string[] = ['hi'],
    at: TierConversation = this.conversation(),
  ): Promise<TierConversation> {
    const messages = texts.map(aMessage);
    await this.store.create(at.owner, { id: at.id, metadata: {}, messages });
    return at;
  }

  async append({ owner, id }: TierConversation, ...texts: string[]): Promise<void> {
    await this.store.append(owner, id, texts.map(aMessage));
  }

  async snapshotOf({ member }: TierConversation): Promise<Snapshot> {
    const [taken] = await this.tier.snapshots.take([member], Infinity);
    if (taken === undefined || !('snapshot' in taken)) throw new Error(`It is ${taken?.result}.`);
    return taken.snapshot;
  }

  /** Saves it, as far as Redis is concerned. */
  async save(conversation: TierConversation): Promise<Snapshot> {
    const snapshot = await this.snapshotOf(conversation);
    await this.tier.hot.settle(snapshot, SETTLED);
    return snapshot;
  }

  async scoreOf({ member, keys }: TierConversation): Promise<number | undefined> {
    const score = await this.redis.zscore(keys.hotKey, member);
    return score === null ? undefined : Number(score);
  }

  /** Milliseconds until its keys leave Redis: all do at once. */
  async lifeOf({ keys }: TierConversation): Promise<number> {
    const [hash, list] = await Promise.all(
      [keys.conversationKey, keys.messagesKey].map((key) => this.redis.call('PEXPIRETIME', key)),
    );
    // There is no list without messages.
    if (list !== -2 && hash !== list) throw new Error('Its keys have two deadlines.');
    return Number(hash) - (await this.now());
  }
}

/** What a record has that got this first snapshot of a conversation. */
export function loaded(snapshot: Snapshot, from = 1): LoadedRecord {
  return { ...snapshot, firstSeq: from, elements: snapshot.elements.slice(from - 1) };
}

export function anOwner(): Owner {
  return { tenantId: randomUUID(), userId: 'ä:{b}*' };
}

export function aMessage(text: string): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
}
