import type { ServerCommand } from './operations.js';
import { ObservedStates } from './observed-states.js';

/** A connection of this process to a server behind a store. */
export interface ConnectionState {
  readonly system: ServerCommand['system'];
  /** Whether requests are sent to it. While it does not answer, they are refused at once. */
  readonly isUp: boolean;
  /** How often it came back. */
  readonly reconnections: number;
}

export const connectionStates = new ObservedStates<ConnectionState>();

/** What a primary of Redis says of itself. */
export interface RedisStatistics {
  /** Primaries have numbers, and no addresses: whoever scrapes must not learn these. */
  readonly primary: number;
  readonly usedBytes: number;
  /** 0 when it has no bound. */
  readonly maxBytes: number;
  /** Keys that were evicted under this number since this process first read it. */
  readonly evictedKeys: number;
  readonly clients: number;
  /** Undefined when it does not say. */
  readonly policy: string | undefined;
}

/** Reads them anew. Rejects when Redis does not answer. */
export const redisStatistics = new ObservedStates<() => Promise<readonly RedisStatistics[]>>();

/** The connections of this process on which statements run. */
export interface PostgresPoolState {
  readonly limit: number;
  readonly inUse: number;
  readonly idle: number;
  /** Requests that wait for one. */
  readonly waiting: number;
}

export const postgresPoolStates = new ObservedStates<PostgresPoolState>();

/** What PostgreSQL says of itself. */
export interface PostgresStatistics {
  /** To this database, of all its clients. */
  readonly connections: number;
  readonly maxConnections: number;
  readonly databaseBytes: number;
  readonly oldestTransactionSeconds: number;
}

/** Reads them anew. Rejects when PostgreSQL does not answer. */
export const postgresStatistics = new ObservedStates<() => Promise<PostgresStatistics>>();

/** What a store in memory holds. */
export interface MemoryState {
  readonly conversations: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** Living conversations that were evicted. */
  readonly evictions: number;
}

export const memoryStates = new ObservedStates<MemoryState>();

/** What Redis in front of PostgreSQL holds unsaved, in all processes, as this process has last seen it. */
export interface DirtState {
  /** Conversations with changes that PostgreSQL does not have. */
  readonly conversations: number;
  readonly maxConversations: number;
  readonly oldestSeconds: number;
  readonly quarantined: number;
  /** Whether writes are refused: there are too many, or Redis may evict some. */
  readonly refusesWrites: boolean;
}

export const dirtStates = new ObservedStates<DirtState>();

/** How often this process found in Redis what it was asked for, and how often it did not. */
export interface HotState {
  readonly hits: number;
  readonly misses: number;
}

export const hotStates = new ObservedStates<HotState>();
