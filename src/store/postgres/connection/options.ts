import type { TokenSource } from '../../credentials/token-source.js';

/** How to verify the certificate of PostgreSQL. */
export interface PostgresTls {
  /** PEM certificates of the trusted authorities. Absent: the system's authorities. */
  readonly ca?: string;
}

/** How to connect to PostgreSQL. */
export interface PostgresConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  /** Gives tokens in place of the password; `user` is then the role of the identity. */
  readonly tokens?: TokenSource;
  /** Absent: no TLS. */
  readonly tls?: PostgresTls;
  /** How many statements run at once. The heartbeat has one more connection. */
  readonly poolSize: number;
  /** Milliseconds after which a statement without an answer fails, and a request that waits for a connection. */
  readonly timeoutMs: number;
}
