import { randomUUID } from 'node:crypto';
import { setTimeout as letLoadRun } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { PostgresServer } from '../support/postgres-server.js';
import { isMeasured, record, recordResult } from './fault-results.js';
import { strikeUnderLoad } from './fault-run.js';
import { FAULT_SECONDS, FAULT_TEST_MS } from './nemesis.js';
import { quantile } from './paced-load.js';
import { postgresScene, startPairOn } from './postgres-scene.js';
import { killAndRestart } from './process-nemeses.js';
import type { ServicePair } from './service-pair.js';

/** Users who append at once, each to a conversation of its own. */
const WRITERS = 16;

let server: PostgresServer;
let pair: ServicePair;

/** What is lost and gained is a figure, and no promise: nothing to learn from it in `npm test`. */
const describeMeasured = isMeasured() ? describe : describe.skip;

describeMeasured('PostgreSQL with synchronous_commit=off', () => {
  beforeAll(async () => {
    server = await PostgresServer.start();
    pair = await startPairOn(server.url);
  }, FAULT_TEST_MS);
  afterAll(async () => {
    await pair.stop();
    await server.stop();
  });

  it(
    'may forget the latest writes when it is killed, and breaks no other promise',
    async () => {
      await server.set({ synchronous_commit: 'off' });
      const nemesis = killAndRestart(server, 'PostgreSQL: kill -9, synchronous_commit=off');
      const { verdict, result } = await strikeUnderLoad(
        postgresScene(pair, () => server),
        nemesis,
      );
      recordResult(result);
      const { untold, doubled } = verdict;
      expect({ untold, doubled }).toEqual({ untold: [], doubled: [] });
    },
    FAULT_TEST_MS,
  );

  it(
    'takes the appends that it takes without waiting for the disk',
    async () => {
      const writers = await Promise.all(Array.from({ length: WRITERS }, (_, i) => openWriter(i)));
      for (const setting of ['on', 'off', 'on', 'off']) {
        await server.set({ synchronous_commit: setting });
        const { waits, seconds } = await appendAll(writers, (FAULT_SECONDS * 1_000) / 2);
        expect(waits.length).toBeGreaterThanOrEqual(WRITERS);
        record('synchronous_commit', {
          setting,
          'appends/s': Math.round(waits.length / seconds),
          'p50 ms': Math.round(quantile(waits, 0.5) * 10) / 10,
          'p99 ms': Math.round(quantile(waits, 0.99) * 10) / 10,
        });
      }
    },
    FAULT_TEST_MS,
  );
});

type Writer = () => Promise<number>;

async function openWriter(i: number): Promise<Writer> {
  const client: ApiClient = pair.client({ tid: randomUUID(), sub: 'u' }, i);
  const { body } = await client.post(CONVERSATIONS, {});
  return async () => {
    const begun = performance.now();
    const path = `${CONVERSATIONS}/${body.id}/messages`;
    const { status } = await client.post(path, { messages: [{ content: 'x'.repeat(200) }] });
    expect(status).toBe(201);
    return performance.now() - begun;
  };
}

/** Each appends one message after the other for so long, and one at least. */
async function appendAll(
  writers: readonly Writer[],
  forMs: number,
): Promise<{ waits: number[]; seconds: number }> {
  const begun = performance.now();
  let isOver = false;
  const waits: number[] = [];
  const writing = writers.map(async (append) => {
    do waits.push(await append());
    while (!isOver);
  });
  await letLoadRun(forMs);
  isOver = true;
  await Promise.all(writing);
  return { waits, seconds: (performance.now() - begun) / 1_000 };
}
