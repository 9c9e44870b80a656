import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { createTierPair, tieredOptions } from '../support/tiered-store.js';

let rows: pg.Client;
let service: TestService;
let client: ApiClient;

beforeEach(async () => {
  const pair = await createTierPair(`${randomUUID()}:`);
  rows = new pg.Client(pair.databaseUrl);
  await rows.connect();
  service = await startService({ store: { driver: 'tiered', ...tieredOptions(pair) } });
  client = service.client();
});
afterEach(() => rows.end());

async function countOf(id: string): Promise<number | undefined> {
  const found = await rows.query('SELECT message_count FROM conversations WHERE id = $1', [id]);
  const [row] = found.rows as { message_count: number }[];
  return row?.message_count;
}

async function create(): Promise<string> {
  const { status, body } = await client.post(CONVERSATIONS, { messages: [{ content: 'hi' }] });
  expect(status).toBe(201);
  return body.id;
}

describe('PostgreSQL gets what was written', () => {
  it('about every second', async () => {
    const id = await create();
    await until(async () => (await countOf(id)) === 1);
    await client.post(`${CONVERSATIONS}/${id}/messages`, { messages: [{ content: 'hi' }] });
    await until(async () => (await countOf(id)) === 2);
    await service.close();
  });

  it('at shutdown, before the store closes', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => create()));
    await service.close();
    for (const id of ids) expect(await countOf(id)).toBe(1);
  });

  it('when the user asks for it: that user’s, and before the answer', async () => {
    const flush = async (): Promise<number> => {
      const { status, text } = await client.post(`${CONVERSATIONS}/flush`, undefined);
      expect(status).toBe(200);
      return (JSON.parse(text) as { flushed: number }).flushed;
    };
    // The pass of every second may have come first.
    await until(async () => {
      const id = await create();
      const flushed = await flush();
      expect(await countOf(id)).toBe(1);
      return flushed === 1;
    });
    expect(await flush()).toBe(0);
    await service.close();
  });
});
