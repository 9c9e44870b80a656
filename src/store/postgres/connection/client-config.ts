import type { Socket } from 'node:net';
import type { ClientConfig } from 'pg';
import { cachedTokenOf, type CachedToken } from '../../credentials/cached-token.js';
import { TOKEN_SCOPES } from '../../credentials/token-source.js';
import type { PostgresConnectionOptions } from './options.js';
import { TYPE_PARSERS } from './type-parsers.js';

/** Milliseconds by which the client waits longer than the server, whose error says more. */
const CLIENT_GRACE_MS = 500;

const KEEP_ALIVE_MS = 30_000;

/**
 * Settings of a session, whatever those of the server are. Times are written in one style. A session plans
 * a statement once, for all values: PostgreSQL would otherwise plan each page of a list anew, which takes
 * twice as long as reading the page. The plans of all values are the same: each begins with the owner.
 */
const SETTINGS = '-c DateStyle=ISO -c plan_cache_mode=force_generic_plan';

/** How pg connects. What is not set here, pg would take from variables (PGSSLMODE) or files (~/.pgpass). */
export function toClientConfig(
  options: PostgresConnectionOptions,
  openSocket: () => Socket,
): ClientConfig {
  const { host, port, database, user, password, tls, timeoutMs } = options;
  const token = tokenOf(options);
  return {
    host,
    port,
    database,
    user,
    // As a function, it is asked for only when the server wants one, and no log shows it.
    password: () => (token ? token.get() : (password as string)),
    ssl: tls ? { ...tls, rejectUnauthorized: true } : false,
    sslnegotiation: 'postgres',
    client_encoding: 'utf8',
    application_name: 'conversation-store',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs + CLIENT_GRACE_MS,
    // A process that freezes or is cut off in a transaction must not hold its locks.
    idle_in_transaction_session_timeout: timeoutMs,
    types: TYPE_PARSERS,
    options: SETTINGS,
    stream: openSocket,
  };
}

/** The token in place of a password. PostgreSQL on Azure checks it when a connection is made, and never again. */
export function tokenOf({ tokens }: PostgresConnectionOptions): CachedToken | undefined {
  return tokens && cachedTokenOf(tokens, TOKEN_SCOPES.postgres);
}
