import { randomUUID } from 'node:crypto';
import type { PostgresServer } from '../support/postgres-server.js';
import type { FaultScene } from './fault-scene.js';
import { ServicePair } from './service-pair.js';
import { textsInPostgres } from './stored-texts.js';

/** Short, so that a fault outlasts it soon. */
export const TIMEOUT_MS = 1_000;

/** A change loads and writes; for each, the client waits half a second longer than the server. */
const REQUEST_MS = 2 * (TIMEOUT_MS + 500);

/** Milliseconds after which the conversation of a turn is free whose process died. */
const LEASE_MS = 2_000;

/** A quota that nobody reaches: each write then counts the bytes of its owner, too. */
const QUOTA_BYTES = 1_000_000_000;

export function startPairOn(url: string): Promise<ServicePair> {
  return ServicePair.start(
    {
      STORE_DRIVER: 'postgres',
      DATABASE_URL: url,
      DATABASE_TIMEOUT: String(TIMEOUT_MS),
      OWNER_QUOTA_BYTES: String(QUOTA_BYTES),
      TURN_LEASE_MS: String(LEASE_MS),
    },
    'test/support/scripted-service.mjs',
  );
}

/** Three new users, and what the server has that is the primary at the end. */
export function postgresScene(pair: ServicePair, primary: () => PostgresServer): FaultScene {
  return {
    pair,
    users: Array.from({ length: 3 }, () => ({ tid: randomUUID(), sub: 'u' })),
    timeoutMs: REQUEST_MS,
    texts: () => textsInPostgres(primary()),
    hasTurns: true,
  };
}
