import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer, until } from '../support/redis-server.js';
import { FAULT_TEST_MS } from './nemesis.js';
import type { ServicePair } from './service-pair.js';
import { textsInPostgres } from './stored-texts.js';
import { startTieredPair, TIMEOUT_MS } from './tiered-scene.js';

/** As the driver has it: three times the time of a statement. */
const LEASE_MS = 3 * TIMEOUT_MS;

let redis: RedisServer;
let postgres: PostgresServer;
let pair: ServicePair;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([
    RedisServer.start('--appendonly', 'yes', '--appendfsync', 'always'),
    PostgresServer.start(),
  ]);
  pair = await startTieredPair(redis.url, postgres.url);
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await redis.stop();
  await postgres.stop();
});

describe('a process that flushes', () => {
  it(
    'and is stopped in the middle of its transaction is followed, and changes nothing when it goes on',
    async () => {
      const user = { tid: 'stopped', sub: 'u' };
      const [stopped, other] = [pair.client(user, 0), pair.client(user, 1)];
      const created = await stopped.post(CONVERSATIONS, { messages: [{ content: 'a' }] });
      const { id } = created.body;
      await until(async () => (await saved(id)) === 'a');
      // The transaction of the flush waits in PostgreSQL for this lock, until its process is stopped.
      const lock = await postgres.hold(`SELECT FROM conversations WHERE id = '${id}' FOR UPDATE`);
      await stopped.post(`${CONVERSATIONS}/${id}/messages`, { messages: [{ content: 'b' }] });
      await until(async () => (await waiting()) > 0);
      pair.services[0]?.freeze();
      await lock.release();
      const begun = performance.now();
      await append(other, id, 'c');
      await until(async () => (await saved(id)) === 'a b c');
      const followedMs = performance.now() - begun;
      const [row] = await heads();
      pair.services[0]?.thaw();
      await delay(2 * TIMEOUT_MS);
      expect(await heads()).toEqual([row]);
      expect(await saved(id)).toBe('a b c');
      // Its lease, and the time that PostgreSQL lets a transaction be idle.
      expect(followedMs).toBeLessThan(LEASE_MS + 2 * TIMEOUT_MS + 5_000);
      await append(stopped, id, 'd');
      await until(async () => (await saved(id)) === 'a b c d');
    },
    FAULT_TEST_MS,
  );
});

async function append(
  client: ReturnType<ServicePair['client']>,
  id: string,
  content: string,
): Promise<void> {
  await until(async () => {
    const answer = await client.post(`${CONVERSATIONS}/${id}/messages`, {
      messages: [{ content }],
    });
    return answer.status === 201;
  });
}

async function saved(id: string): Promise<string | undefined> {
  return (await textsInPostgres(postgres)).get(id)?.join(' ');
}

function heads(): Promise<object[]> {
  return postgres.query('SELECT * FROM conversations', 'conversations');
}

async function waiting(): Promise<number> {
  const rows = await postgres.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'conversation-store'",
  );
  return rows.length;
}
