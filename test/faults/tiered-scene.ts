import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATIONS } from '../support/api-client.js';
import type { PostgresServer } from '../support/postgres-server.js';
import { auditRedis } from '../support/redis-audit.js';
import { until, type RedisServer } from '../support/redis-server.js';
import type { FaultScene } from './fault-scene.js';
import type { FaultUser } from './ledger.js';
import { ServicePair } from './service-pair.js';
import { textsInPostgres } from './stored-texts.js';

/** Short, so that a fault outlasts it soon. */
export const TIMEOUT_MS = 1_000;

/**
 * A write compares the tiers, brings its conversation from PostgreSQL, and counts the owner's conversations: each
 * statement has its own time.
 */
const REQUEST_MS = 6 * (TIMEOUT_MS + 500);

/** Milliseconds after which the conversation of a turn is free whose process died. */
const LEASE_MS = 2_000;

/** Both tiers, each at the end of a run: a fail-over changes which server it is. */
export interface TierServers {
  readonly redis: RedisServer;
  readonly postgres: () => PostgresServer;
}

export function startTieredPair(redisUrl: string, databaseUrl: string): Promise<ServicePair> {
  return ServicePair.start(
    {
      STORE_DRIVER: 'tiered',
      REDIS_URL: redisUrl,
      REDIS_TIMEOUT: String(TIMEOUT_MS),
      DATABASE_URL: databaseUrl,
      DATABASE_TIMEOUT: String(TIMEOUT_MS),
      TURN_LEASE_MS: String(LEASE_MS),
    },
    'test/support/scripted-service.mjs',
  );
}

/** New users, and what PostgreSQL has once everything is flushed. */
export function tieredScene(
  pair: ServicePair,
  { redis, postgres }: TierServers,
  count = 3,
): FaultScene {
  const users = Array.from({ length: count }, () => ({ tid: randomUUID(), sub: 'u' }));
  return {
    pair,
    users,
    timeoutMs: REQUEST_MS,
    texts: async () => {
      await Promise.all(users.map((user, i) => flush(pair, user, i)));
      expect(await keysWithoutTtl(redis)).toEqual([]);
      return textsInPostgres(postgres());
    },
    hasTurns: true,
  };
}

/** Saves what a user has changed. */
async function flush(pair: ServicePair, user: FaultUser, turn: number): Promise<void> {
  await until(async () => {
    const answer = await pair.client(user, turn).post(`${CONVERSATIONS}/flush`, {});
    return answer.status === 200;
  }).catch(() => {
    throw new Error(`Nothing can be flushed:\n${pair.latestLogs()}`);
  });
}

async function keysWithoutTtl({ port }: RedisServer): Promise<readonly string[]> {
  const redis = new Redis(port);
  try {
    return (await auditRedis(redis)).keysWithoutTtl;
  } finally {
    redis.disconnect();
  }
}
