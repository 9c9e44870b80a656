import { toConnectionLimits, type ConnectionLimits } from './connection-limits.js';
import type { HttpEnvironment } from './http.environment.js';

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Bytes. */
  readonly bodyLimit: number;
  /** The service works on so many requests at once and refuses more. */
  readonly maxConcurrentRequests: number;
  /** Bytes of all bodies in memory. */
  readonly maxBodyBytes: number;
  /** Bytes of all answers that clients have not taken. */
  readonly maxUnsentBytes: number;
  readonly connections: ConnectionLimits;
  /** An owner holds at most so many slots while other owners ask. */
  readonly maxRequestsPerOwner: number;
  /** The slots of all requests without a verified token. */
  readonly maxUnverifiedRequests: number;
  /** Milliseconds that a request waits for a slot at most. */
  readonly slotWaitMs: number;
  /** Origins whose pages may call the service. CORS is off when there are none. */
  readonly corsOrigins: readonly string[];
  /** Whether people can read the API description as a page. */
  readonly hasDocsPage: boolean;
  /** Milliseconds between the first failed readiness and the last accepted connection. */
  readonly drainMs: number;
  /** Milliseconds that requests in flight then have to finish. */
  readonly finishMs: number;
}

const PRODUCTION_DRAIN_MS = 5_000;

export function toHttpConfig(environment: HttpEnvironment, isProduction: boolean): HttpConfig {
  return {
    host: environment.HOST,
    port: environment.PORT,
    bodyLimit: environment.BODY_LIMIT,
    maxConcurrentRequests: environment.MAX_CONCURRENT_REQUESTS,
    maxBodyBytes: environment.MAX_BODY_BYTES,
    maxUnsentBytes: environment.MAX_UNSENT_BYTES,
    connections: toConnectionLimits(environment),
    maxRequestsPerOwner: environment.MAX_REQUESTS_PER_OWNER,
    maxUnverifiedRequests: environment.MAX_UNVERIFIED_REQUESTS,
    slotWaitMs: environment.SLOT_WAIT_MS,
    corsOrigins: environment.CORS_ORIGINS,
    hasDocsPage: (environment.DOCS_PAGE ?? String(!isProduction)) === 'true',
    drainMs: environment.SHUTDOWN_DRAIN_MS ?? (isProduction ? PRODUCTION_DRAIN_MS : 0),
    finishMs: environment.SHUTDOWN_FINISH_MS,
  };
}
