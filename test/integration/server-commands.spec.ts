import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { serverCommands } from '../../src/observation/operations.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { ANSWER, failureOf, useConnections } from '../support/postgres-connections.js';
import { RedisServer } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';

const { connect } = useConnections();
const OWNER = { tenantId: 'contoso', userId: 'alice' };

let observed: string[] = [];
const note = (step: string) => (context: object) => {
  const { system, name, error } = context as { system: string; name: string; error?: Error };
  // A connection that is ready asks for the policy of Redis, whenever that is.
  if (name === 'info') return;
  observed.push([step, system, name, ...(error ? [error.name] : [])].join(' '));
};
const ignore = (): void => undefined;
const subscribers = {
  start: note('start'),
  end: ignore,
  asyncStart: ignore,
  asyncEnd: note('end'),
  error: ignore,
};

beforeEach(() => {
  observed = [];
  serverCommands.channel.subscribe(subscribers);
});
afterEach(() => serverCommands.channel.unsubscribe(subscribers));

it('says what Redis is asked for: the scripts by their names, and how each ended', async () => {
  const redis = await RedisServer.start();
  const node = { host: '127.0.0.1', port: redis.port };
  const store = await openRedisStore({ topology: { mode: 'standalone', node, db: 0 } });
  try {
    observed = [];
    await store.create(OWNER, { id: 'a', metadata: {}, messages: [] });
    await store.ping();
    expect(observed).toEqual([
      'start redis create',
      'end redis create',
      'start redis ping',
      'end redis ping',
    ]);
    observed = [];
    await redis.stop();
    await failureOf(store.read(OWNER, 'a', { limit: 1, from: 'end' } as never));
    expect(observed).toEqual(['start redis read', 'end redis read StoreUnavailableError']);
  } finally {
    await store.close();
    await redis.stop();
  }
});

it('says what PostgreSQL is asked for: the statements by their names, and those of a transaction', async () => {
  const connection = await connect(await createSharedDatabase());
  await connection.read(ANSWER, [1]);
  await failureOf(connection.read(ANSWER, ['no number']));
  expect(observed).toEqual([
    `start postgresql ${ANSWER.name}`,
    `end postgresql ${ANSWER.name}`,
    `start postgresql ${ANSWER.name}`,
    `end postgresql ${ANSWER.name} StoreFaultError`,
  ]);
  observed = [];
  await connection.transaction((transaction) => transaction.run(ANSWER, [1]));
  expect(observed.filter((step) => step.startsWith('end'))).toEqual([
    'end postgresql begin',
    `end postgresql ${ANSWER.name}`,
    'end postgresql commit',
  ]);
});
