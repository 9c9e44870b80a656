import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { JSON_LOG, logLinesOf } from '../support/log-lines.js';
import { PostgresServer } from '../support/postgres-server.js';
import { RedisServer, until } from '../support/redis-server.js';
import { failTurns, sendBad, sendGood, tokenOfUser, WORDS } from '../support/secret-traffic.js';
import { ServiceProcess } from '../support/service-process.js';
import { TEST_SECRET } from '../support/token.js';

const PASSWORD = 'p@ss/word-of-the-store';
const STRAY_TEXT = 'stray-text-about-my-illness';
const SALT = 'salt-of-the-hashes';

/** Beside the words of the requests. The head of a token says nothing: its payload and its signature do. */
const SECRETS = [PASSWORD, encodeURIComponent(PASSWORD), TEST_SECRET, STRAY_TEXT, SALT];

function foundIn(text: string, tokens: readonly string[] = []): string[] {
  const parts = tokens.flatMap((token) => token.split('.').slice(1));
  return [...SECRETS, ...Object.values(WORDS), ...parts].filter((word) => text.includes(word));
}

interface StoreUnderTest {
  readonly environment: Readonly<Record<string, string>>;
  /** Damages what is stored of two conversations, so that their reads fail: one is unreadable, one has no store's form. */
  damage(ids: readonly string[]): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function onRedis(): Promise<StoreUnderTest> {
  const server = await RedisServer.startWith({
    directives: ['save ""', `requirepass ${PASSWORD}`],
  });
  const url = server.url.replace('//', `//:${encodeURIComponent(PASSWORD)}@`);
  return {
    environment: { STORE_DRIVER: 'redis', REDIS_URL: url },
    damage: async ([unreadable, formless]) => {
      const redis = new Redis(server.port, { password: PASSWORD });
      const lists = await redis.keys(`*${unreadable}*`);
      for (const key of lists) {
        if ((await redis.type(key)) === 'list') await redis.lset(key, 0, `{${WORDS.broken}`);
      }
      for (const key of await redis.keys(`*${formless}*`)) await redis.set(key, WORDS.broken);
      redis.disconnect();
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}

async function onPostgres(): Promise<StoreUnderTest> {
  const server = await PostgresServer.start({ password: PASSWORD });
  return {
    environment: { STORE_DRIVER: 'postgres', DATABASE_URL: server.url },
    damage: async ([unreadable, formless]) => {
      const where = `WHERE conversation_id = '${unreadable}'`;
      await server.query(`UPDATE messages SET body = '{${WORDS.broken}' ${where}`, 'conversations');
      const update = `UPDATE conversations SET metadata = '["${WORDS.broken}"]'`;
      await server.query(`${update} WHERE id = '${formless}'`, 'conversations');
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
  };
}

describe.each([
  ['Redis', onRedis],
  ['PostgreSQL', onPostgres],
])('the log of a service on %s', (_, start) => {
  let store: StoreUnderTest | undefined;

  afterAll(() => store?.stop());

  it.each([
    ['json', 'false'],
    ['text', 'false'],
    ['json', 'true'],
  ])('as %s, with the messages of errors: %s, holds no secret', async (LOG_FORMAT, shown) => {
    store = await start();
    const service = await ServiceProcess.start(
      {
        ...JSON_LOG,
        ...store.environment,
        LOG_FORMAT,
        LOG_LEVEL: 'trace',
        LOG_HASH_SALT: SALT,
        LOG_ERROR_MESSAGES: shown,
        LOG_REMOTE_ADDRESS: 'true',
        REDIS_TIMEOUT: '500',
        DATABASE_TIMEOUT: '500',
        STRAY_TEXT,
      },
      'test/support/scripted-service.mjs',
    );
    const client = service.client({ sub: WORDS.user, tid: WORDS.tenant });
    await until(async () => (await client.get('/health/ready')).status === 200);
    const ids = await sendGood(client);
    const refused = await sendBad(service, client);
    expect(refused.filter(({ status }) => status < 400)).toEqual([]);
    await failTurns(client, ids[0] as string);
    await store.damage(ids.slice(1));
    expect(await readAll(client, ids.slice(1))).toContain(500);
    await store.kill();
    expect(await readAll(client, ids)).toContain(503);
    service.signal('SIGUSR2');
    expect(await service.exited()).toBe(1);
    expectMoments(service.output);
    const found = foundIn(service.output, [client.token, tokenOfUser()]);
    // The control: with all messages, the search finds those that quote content.
    if (shown === 'true')
      expect(found).toEqual(expect.arrayContaining([STRAY_TEXT, WORDS.thrown, WORDS.left]));
    const quoting: string[] = [STRAY_TEXT, WORDS.thrown, WORDS.left];
    expect(found.filter((word) => shown === 'false' || !quoting.includes(word))).toEqual([]);
    if (LOG_FORMAT === 'json') expect(logLinesOf(service).length).toBeGreaterThan(20);
    await store.stop();
  });
});

describe('the search', () => {
  it('finds every secret that is there', () => {
    const all = [...SECRETS, ...Object.values(WORDS)];
    expect(foundIn(all.join('\n'))).toEqual(all);
    expect(foundIn('', ['a.b.c'])).toEqual([]);
    expect(foundIn('x b x', ['a.b.c'])).toEqual(['b']);
  });
});

async function readAll(client: ApiClient, ids: readonly string[]): Promise<number[]> {
  const statuses = [];
  for (const id of ids) {
    const path = `${CONVERSATIONS}/${id}`;
    for (const url of [path, `${path}/messages`, CONVERSATIONS, `${CONVERSATIONS}/export`]) {
      // An export breaks off when its store fails.
      statuses.push(
        await client.get(url).then(
          ({ status }) => status,
          () => 0,
        ),
      );
    }
    statuses.push(
      (await client.post(`${path}/messages`, { messages: [{ content: WORDS.message }] })).status,
    );
  }
  return statuses;
}

/** What happened must be in the log: a log that says nothing has no secret either. */
function expectMoments(log: string): void {
  const moments = [
    'has failed',
    'left a failure behind',
    'ConversationDamagedError',
    'Nobody handled a rejection',
    `GET ${CONVERSATIONS}/`,
    'Refused: ',
    'Access',
    'Shutdown',
  ];
  expect(moments.filter((moment) => !log.includes(moment))).toEqual([]);
}
