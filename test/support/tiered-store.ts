import type { ConversationStore, Owner } from 'conversation-store';
import { ownerKey } from '../../src/domain/owner-key.js';
import { openTiers, type Tiers } from '../../src/store/tiered/open-tiers.js';
import type { TieredStoreOptions } from '../../src/store/tiered/tiered.options.js';
import { TieredConversationStore } from '../../src/store/tiered/tiered.store.js';
import { migrate, migrationsOf } from '../../src/store/postgres/migrations/migrate.js';
import { withMigrationPool } from '../../src/store/postgres/migrations/migration-pool.js';
import { connectionOptions } from './postgres-connections.js';
import { createSharedDatabase } from './postgres-database.js';
import { postgresOptions } from './postgres-store.js';
import { redisOptions } from './redis-store.js';

/** A Redis prefix and the database that belongs to it: what is behind one of them is behind the other. */
export interface TierPair {
  readonly keyPrefix: string;
  readonly databaseUrl: string;
  /** Whether the tables are there already. */
  readonly hasTables?: boolean;
}

/** A pair of its own, whose tables are there. */
export async function createTierPair(keyPrefix: string): Promise<TierPair> {
  const pair = { keyPrefix, databaseUrl: await createSharedDatabase(), hasTables: true };
  await withMigrationPool(connectionOptions(pair.databaseUrl), (pool) =>
    migrate(pool, migrationsOf({})),
  );
  return pair;
}

export function tieredOptions(
  { keyPrefix, databaseUrl, hasTables = false }: TierPair,
  options: Partial<TieredStoreOptions> = {},
): TieredStoreOptions {
  return {
    redis: redisOptions({ keyPrefix }),
    // Many stores share the server.
    postgres: { ...postgresOptions(databaseUrl), migrate: !hasTables, poolSize: 3 },
    residencyMs: 1_800_000,
    writeMode: 'back',
    maxDirtyConversations: 1_000_000,
    ttlMs: null,
    maxMessagesPerConversation: 10_000,
    maxConversationsPerUser: 10_000,
    pageBytes: 1024 * 1024,
    ...options,
  };
}

/** A store in both tiers, with all of its parts. */
export async function openTieredParts(
  options: TieredStoreOptions,
): Promise<{ store: TieredConversationStore; tiers: Tiers }> {
  const tiers = await openTiers(options);
  tiers.start();
  const limits = { hasRetention: options.ttlMs !== null, residencyMs: options.residencyMs };
  return { store: new TieredConversationStore(tiers, limits), tiers };
}

export async function openTieredStore(
  pair: TierPair,
  options: Partial<TieredStoreOptions> = {},
): Promise<ConversationStore> {
  const { store } = await openTieredParts(tieredOptions(pair, options));
  return store;
}

/** Saves what the owner has changed, and takes it out of Redis, as its deadline would do. */
export async function cool(tiers: Tiers, owner: Owner): Promise<void> {
  await tiers.flusher.save(tiers.keys.partitionOf(owner), 10_000);
  await evictClean(tiers, owner);
}

/** Takes clean conversations of the owner out of Redis. */
export async function evictClean(
  { keys, tier }: Tiers,
  owner: Owner,
  isToGo: (id: string) => boolean = () => true,
): Promise<void> {
  const name = ownerKey(owner);
  for await (const conversations of tier.hot.ofPartition(keys.partitionOf(owner))) {
    const own = conversations.filter((one) => ownerKey(one.owner) === name && isToGo(one.id));
    await Promise.all(own.map(({ id }) => tier.hot.drop(owner, id, { onlyClean: true })));
  }
}

/**
 * A store whose conversations have all left Redis before each call, unless a turn holds them. An owner's
 * conversations stay while another call of the owner goes on.
 */
export async function openCoolingStore(
  pair: TierPair,
  options: Partial<TieredStoreOptions> = {},
): Promise<ConversationStore> {
  const { store, tiers } = await openTieredParts(tieredOptions(pair, options));
  return moving(store, (owner) => cool(tiers, owner));
}

/** The store, which moves what an owner has between the tiers before each call at which no other goes on. */
export function moving(
  store: TieredConversationStore,
  move: (owner: Owner) => Promise<void>,
): ConversationStore {
  const running = new Map<string, number>();
  const moves = new Map<string, Promise<void>>();
  const call = async (owner: Owner, method: () => Promise<unknown>): Promise<unknown> => {
    const name = ownerKey(owner);
    const others = running.get(name) ?? 0;
    running.set(name, others + 1);
    try {
      if (others === 0) {
        const moved = move(owner).finally(() => moves.delete(name));
        moves.set(name, moved);
      }
      await moves.get(name);
      return await method();
    } finally {
      running.set(name, (running.get(name) ?? 1) - 1);
    }
  };
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== 'function') return member;
      const method = member.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (name === 'ping' || name === 'close') return method;
      return (...args: [Owner | { owner: Owner }, ...unknown[]]) => {
        const [about] = args;
        return call('owner' in about ? about.owner : about, () => method(...args));
      };
    },
  });
}
