import type { TokenSource } from '../../credentials/token-source.js';

/** The address of one Redis server. */
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
      /** The name under which the sentinels know the primary. */
      readonly primary: string;
      /** The user of the sentinels, which have users of their own. */
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly mode: 'cluster'; readonly nodes: readonly RedisNode[] };

/** How to verify the certificate of Redis. */
export interface RedisTls {
  /** The name for SNI and for the check of the certificate. Absent: the host. */
  readonly servername?: string;
  /** PEM certificates of the trusted authorities. Absent: the system's authorities. */
  readonly ca?: string;
}

/** How to connect to Redis. */
export interface RedisConnectionOptions {
  readonly topology: RedisTopology;
  readonly username?: string;
  readonly password?: string;
  /** Gives tokens in place of the password; `username` is then the object id of the identity. */
  readonly tokens?: TokenSource;
  /** Absent: no TLS. */
  readonly tls?: RedisTls;
  /** Milliseconds after which a command without an answer fails. */
  readonly timeoutMs: number;
  /** How many replicas must have a write before it is acknowledged. 0: none. */
  readonly waitReplicas: number;
}
