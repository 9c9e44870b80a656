import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { MovingTraffic } from './moving-traffic.js';
import { FAULT_SECONDS, FAULT_TEST_MS } from './nemesis.js';

/** In `npm test` few; in `npm run test:faults` as many as a small service has. */
const CONVERSATIONS = FAULT_SECONDS > 0 ? 5_000 : 200;

let redis: RedisServer;
let postgres: PostgresServer;
let traffic: MovingTraffic;
let service: ServiceProcess;
let exported: Map<string, unknown>;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([
    RedisServer.start(),
    PostgresServer.start({ isDurable: false }),
  ]);
}, FAULT_TEST_MS);
afterAll(async () => {
  await service.stop();
  await Promise.all([redis.stop(), postgres.stop()]);
});

/** The variables of the service with these drivers behind it. */
function environment(driver: 'redis' | 'redis that marks' | 'tiered' | 'postgres') {
  const REDIS_URL = redis.url;
  const DATABASE_URL = postgres.url;
  switch (driver) {
    case 'redis':
      return { REDIS_URL };
    case 'redis that marks':
      return { STORE_DRIVER: 'redis', REDIS_URL, DATABASE_URL };
    case 'tiered':
      return { REDIS_URL, DATABASE_URL };
    case 'postgres':
      return { DATABASE_URL };
  }
}

/** A rolling update: the next process starts, takes the traffic over, and the last one stops. */
async function moveTo(driver: Parameters<typeof environment>[0]): Promise<void> {
  const next = await ServiceProcess.start(environment(driver));
  traffic.moveTo(next);
  expect((await service.stop()).code).toBe(0);
  service = next;
}

function run(command: 'flush' | 'adopt'): Promise<CommandResult> {
  return CommandProcess.run(`cli/${command}.js`, [], { environment: environment('tiered') });
}

function expectAll(all: Map<string, unknown>): void {
  const short = [...all].map(([id, conversation]) => {
    const { messageCount, messages } = conversation as {
      messageCount: number;
      messages: { parts: { text: string }[] }[];
    };
    expect(messages).toHaveLength(messageCount);
    return [id, { messageCount, lastText: messages.at(-1)?.parts[0]?.text }] as const;
  });
  expect(new Map(short)).toEqual(traffic.expected());
}

describe(`moving ${CONVERSATIONS} conversations while users write`, () => {
  it(
    'from Redis to Redis in front of PostgreSQL loses nothing',
    async () => {
      service = await ServiceProcess.start(environment('redis'));
      traffic = new MovingTraffic(service);
      await traffic.fill(CONVERSATIONS);
      traffic.start();
      await moveTo('redis that marks');
      await moveTo('tiered');
      const adopted = await run('adopt');
      expect(adopted).toMatchObject({ code: 0, stderr: '' });
      const marked = Number(/^Marked: (\d+)\. Damaged: 0\.\n$/.exec(adopted.stdout)?.[1]);
      // Some of them were written to meanwhile, which marks them, too.
      expect(marked).toBeGreaterThan(CONVERSATIONS / 2);
      // Users write meanwhile, so that some of it is not saved yet.
      expect(await run('flush')).toMatchObject({ stderr: '' });
      await traffic.stop();
      expect(await run('flush')).toMatchObject({ code: 0, stderr: '' });
      exported = await traffic.export();
      expectAll(exported);
      expect(await livingRows()).toBe(traffic.living.size);
    },
    FAULT_TEST_MS,
  );

  it(
    'from there to PostgreSQL alone loses nothing, and changes no answer',
    async () => {
      traffic.start();
      expect((await run('flush')).stderr).toBe('');
      await traffic.stop();
      exported = await traffic.export();
      expect((await service.stop()).code).toBe(0);
      expect((await run('flush')).stdout).toMatch(/ Not saved: 0\.\n$/);
      service = await ServiceProcess.start(environment('postgres'));
      traffic.moveTo(service);
      const after = await traffic.export();
      expect(after).toEqual(exported);
      expectAll(after);
    },
    FAULT_TEST_MS,
  );

  it(
    'from PostgreSQL alone to Redis in front of it loses nothing either',
    async () => {
      traffic.start();
      await traffic.stop();
      exported = await traffic.export();
      expect((await service.stop()).code).toBe(0);
      // What Redis held before is older by now.
      const empty = await RedisServer.start();
      await redis.stop();
      redis = empty;
      service = await ServiceProcess.start(environment('tiered'));
      traffic.moveTo(service);
      expect(await traffic.export()).toEqual(exported);
    },
    FAULT_TEST_MS,
  );
});

async function livingRows(): Promise<number> {
  const [row] = await postgres.query<{ count: string }>(
    `SELECT count(*) FROM conversations WHERE status <> 'deleted'`,
    'conversations',
  );
  return Number(row?.count);
}
