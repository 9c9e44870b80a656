import type { StoreLimits } from '../../../domain/store-limits.js';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is. */
export type RedisTopology =
  | { readonly mode: 'standalone'; readonly node: RedisNode; readonly db: number }
  | {
      readonly mode: 'sentinel';
      readonly nodes: readonly RedisNode[];
      readonly primary: string;
      /** Of the sentinels, which have users of their own. */
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly mode: 'cluster'; readonly nodes: readonly RedisNode[] };

export interface RedisTls {
  /** Name for SNI and for the check of the certificate, when it is not the host. */
  readonly servername?: string;
  /** Certificates of the authorities to trust, PEM, instead of the system's. */
  readonly ca?: string;
}

export interface RedisConnectionOptions {
  readonly topology: RedisTopology;
  readonly username?: string;
  readonly password?: string;
  /** Absent: no TLS. */
  readonly tls?: RedisTls;
  /** Milliseconds after which a command without an answer fails. */
  readonly timeoutMs: number;
  /** Replicas that must have a write before it is acknowledged; 0 asks none. */
  readonly waitReplicas: number;
}

export interface RedisStoreOptions extends RedisConnectionOptions, StoreLimits {
  /** In front of every key, before the hash tag. */
  readonly keyPrefix: string;
}
