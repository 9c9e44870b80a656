import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import {
  ConversationNotFoundError,
  StoreUnavailableError,
  type NewMessage,
  type Owner,
} from 'conversation-store';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { PartitionState } from '../../src/store/redis/tier/redis.flushes.js';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import type { TieredConversationStore } from '../../src/store/tiered/tiered.store.js';
import { auditRedis } from './redis-audit.js';
import { RedisServer, until } from './redis-server.js';
import { redisOptions } from './redis-store.js';
import { openTieredParts, tieredOptions } from './tiered-store.js';
import { PostgresServer } from './postgres-server.js';

/** Milliseconds that a statement and a command take at most: a lease is three times as long. */
export const TIMEOUT_MS = 1_000;

interface OpenStore {
  readonly store: TieredConversationStore;
  readonly tiers: Tiers;
}

/** A Redis and a PostgreSQL of the test's own, an owner in them, and stores on both. */
export class TieredBench {
  readonly owner: Owner = { tenantId: randomUUID(), userId: 'u' };
  private readonly keyPrefix = `${randomUUID()}:`;
  private readonly opened: OpenStore[] = [];

  private constructor(
    readonly redis: RedisServer,
    readonly postgres: PostgresServer,
    private readonly databaseUrl: string,
  ) {}

  static async startServers(): Promise<[RedisServer, PostgresServer]> {
    return Promise.all([
      RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
      PostgresServer.start({ isDurable: false }),
    ]);
  }

  /** With a database and keys of its own. */
  static async on(redis: RedisServer, postgres: PostgresServer): Promise<TieredBench> {
    return new TieredBench(redis, postgres, await postgres.createDatabase());
  }

  /** A store that is not to be closed when the bench is: one that a test stops in the middle of something. */
  async abandon(options: Partial<TieredStoreOptions> = {}): Promise<OpenStore> {
    const base = tieredOptions(
      { keyPrefix: this.keyPrefix, databaseUrl: this.databaseUrl },
      options,
    );
    const node = { host: '127.0.0.1', port: this.redis.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    return openTieredParts({
      ...base,
      redis: redisOptions({ keyPrefix: this.keyPrefix, topology, timeoutMs: TIMEOUT_MS }),
      postgres: { ...base.postgres, migrate: true, timeoutMs: TIMEOUT_MS },
    });
  }

  async open(options: Partial<TieredStoreOptions> = {}): Promise<OpenStore> {
    const opened = await this.abandon(options);
    this.opened.push(opened);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map(({ store }) => store.close()));
  }

  /** Ends Redis with SIGKILL, and starts it again on what is then in its folder. */
  async restartRedis(change: () => void = () => undefined): Promise<void> {
    await this.redis.kill();
    change();
    await this.redis.run();
  }

  async create({ store }: OpenStore, ...texts: string[]): Promise<string> {
    const id = randomUUID();
    await store.create(this.owner, { id, messages: texts.map(aMessage), metadata: {} });
    return id;
  }

  append({ store }: OpenStore, id: string, text: string, key?: string): Promise<unknown> {
    const idempotency = key === undefined ? undefined : { key, requestHash: 'h' };
    return store.append(this.owner, id, [aMessage(text)], { ...(idempotency && { idempotency }) });
  }

  /** What a store shows of a conversation; undefined when it has none. */
  async texts({ store }: OpenStore, id: string): Promise<unknown[] | undefined> {
    const read = () => store.read(this.owner, id, { limit: 200, from: { after: 0 } });
    const page = await read().catch((error: unknown) => {
      if (error instanceof ConversationNotFoundError) return undefined;
      throw error;
    });
    // PostgreSQL alone may be behind.
    if (page?.source) throw new StoreUnavailableError(page.source, { mayHaveBeenApplied: false });
    return page?.messages.map(({ parts }) => (parts[0] as { text?: string }).text);
  }

  /** What PostgreSQL has of it, past the code under test. */
  async rows(id: string): Promise<{ status: string; texts: unknown[] } | undefined> {
    const database = new URL(this.databaseUrl).pathname.slice(1);
    const [row] = await this.postgres.query<{ status: string; bodies: string[] | null }>(
      `SELECT c.status, (SELECT json_agg(m.body ORDER BY m.seq) FROM messages m
         WHERE m.owner = c.owner AND m.conversation_id = c.id) AS bodies
       FROM conversations c WHERE c.id = '${id}'`,
      database,
    );
    const textOf = (body: string): unknown => (JSON.parse(body.slice(13)) as unknown[])[2];
    return row && { status: row.status, texts: (row.bodies ?? []).map(textOf) };
  }

  /** How the partition of the owner stands in Redis. */
  partition({ tiers: { keys, tier } }: OpenStore): Promise<PartitionState> {
    return tier.flushes.partitionState(keys.partitionOf(this.owner));
  }

  async query<Row extends object>(text: string): Promise<Row[]> {
    return this.postgres.query<Row>(text, new URL(this.databaseUrl).pathname.slice(1));
  }

  /** The key of the owner in PostgreSQL. */
  get ownerKey(): string {
    return ownerKey(this.owner);
  }

  /** Keys of Redis without a deadline. */
  async keysWithoutTtl(): Promise<readonly string[]> {
    const redis = new Redis(this.redis.port);
    try {
      return (await auditRedis(redis)).keysWithoutTtl;
    } finally {
      redis.disconnect();
    }
  }
}

function aMessage(text: string): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
}

/** Repeats what is refused while a tier is away. */
export async function served<T>(operation: () => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  await until(async () => {
    result = await operation().then(
      (value) => ({ value }),
      (error: unknown) => {
        if (!(error instanceof StoreUnavailableError)) throw error;
        return undefined;
      },
    );
    return result !== undefined;
  });
  return (result as { value: T }).value;
}
