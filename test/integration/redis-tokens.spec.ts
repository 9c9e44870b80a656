import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationStore, Owner, RedisTopology } from 'conversation-store';
import { FakeTokenSource } from '../support/fake-token-source.js';
import { LogRecorder } from '../support/log-recorder.js';
import { until } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';
import { IDENTITY, startTokenRedis, type TokenRedis } from '../support/token-redis.js';

/** A token is renewed after three quarters of it, and after a second at least. */
const LIFE_MS = 2_000;

/** So many writers write at once, each to a conversation of its own: in a cluster, to all nodes. */
const WRITERS = 12;

const owner: Owner = { tenantId: 'contoso', userId: 'alice' };
let log: LogRecorder;

beforeEach(() => {
  log = new LogRecorder();
  Logger.overrideLogger(log);
});
afterEach(() => {
  Logger.overrideLogger(false);
});

function open(
  redis: TokenRedis,
  tokens: FakeTokenSource,
  waitReplicas = 0,
): Promise<ConversationStore> {
  return openRedisStore({
    topology: redis.topology,
    username: IDENTITY,
    tokens,
    waitReplicas,
    timeoutMs: 2_000,
  });
}

function create(store: ConversationStore, writer: Owner = owner): Promise<unknown> {
  const id = randomUUID();
  return store.create(writer, { id, metadata: {}, messages: [] });
}

async function works(store: ConversationStore): Promise<boolean> {
  return create(store).then(
    () => true,
    () => false,
  );
}

function expectNoTokenInLog(tokens: FakeTokenSource): void {
  const text = log.lines.join('\n');
  for (const token of tokens.given) expect(text).not.toContain(token);
}

const CASES: readonly [string, RedisTopology['mode'], number][] = [
  ['standalone', 'standalone', 0],
  ['standalone, waiting for a replica', 'standalone', 1],
  ['sentinel', 'sentinel', 0],
  ['cluster', 'cluster', 0],
];

describe.each(CASES)('tokens in place of a password: %s', (_, mode, waitReplicas) => {
  let redis: TokenRedis;
  let tokens: FakeTokenSource;

  beforeAll(async () => {
    redis = await startTokenRedis(mode, { replica: waitReplicas > 0 });
  });
  afterAll(() => redis.stop());

  beforeEach(() => {
    tokens = new FakeTokenSource(redis, LIFE_MS);
  });
  afterEach(() => tokens.stop());

  it('no request fails while three tokens expire, and no connection is closed for it', async () => {
    const store = await open(redis, tokens, waitReplicas);
    try {
      await until(() => works(store));
      const failures: unknown[] = [];
      const before = redis.closed;
      let requests = 0;
      const write = async (writer: number): Promise<void> => {
        while (tokens.expired < 3 && failures.length < 100) {
          await create(store, { tenantId: 'contoso', userId: `writer ${writer}` }).then(
            () => requests++,
            (error: unknown) => failures.push(error),
          );
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, (_, i) => write(i)));
      expect(failures).toEqual([]);
      expect(redis.closed - before).toBe(0);
      expect(requests).toBeGreaterThan(100);
      expect([...tokens.scopes]).toEqual(['https://redis.azure.com/.default']);
      expectNoTokenInLog(tokens);
    } finally {
      await store.close();
    }
  });

  it('a source that fails is logged once; requests are refused from the expiry on until it gives one', async () => {
    const store = await open(redis, tokens, waitReplicas);
    try {
      await until(() => works(store));
      tokens.failure = new Error(`no identity, and not eyJabc.eyJdef.sig either`);
      await until(() => log.lines.some((line) => line.includes('no identity')));
      expect(await works(store)).toBe(true);
      await until(async () => !(await works(store)));
      await expect(create(store)).rejects.toMatchObject({ code: 'store-unavailable' });
      tokens.failure = undefined;
      await until(() => works(store));
      const lines = log.lines.filter((line) => line.includes('no identity'));
      expect(lines).toEqual([
        expect.stringMatching(
          /^error \[Store\] There is no token for Redis \(no identity, and not … either\): requests get 503/,
        ),
      ]);
      expectNoTokenInLog(tokens);
    } finally {
      await store.close();
    }
  });

  it('a source that gives its first token late or never: the store opens all the same', async () => {
    tokens.failure = new Error('no identity');
    const store = await open(redis, tokens, waitReplicas);
    try {
      await expect(create(store)).rejects.toMatchObject({ code: 'store-unavailable' });
      tokens.failure = undefined;
      await until(() => works(store));
    } finally {
      await store.close();
    }
  });

  it('a store that is closed while the source hangs opens no connection afterwards', async () => {
    let give: (() => void) | undefined;
    const hanging = new Promise<void>((resolve) => (give = resolve));
    const slow = {
      getToken: async (scope: string) => {
        await hanging;
        return tokens.getToken(scope);
      },
    };
    const store = await openRedisStore({
      topology: redis.topology,
      username: IDENTITY,
      tokens: slow,
    });
    await expect(create(store)).rejects.toMatchObject({ code: 'store-unavailable' });
    await store.close();
    await until(() => redis.connections === 0);
    give?.();
    await until(() => tokens.given.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(redis.connections).toBe(0);
  });
});
