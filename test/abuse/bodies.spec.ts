import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { rawRequest } from '../support/raw-request.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { Attackers } from './attackers.js';
import { rawHead } from './raw-head.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const CONNECTIONS = 200;

let service: TestService;
let attackers: Attackers;

beforeEach(async () => {
  service = await startService();
  attackers = new Attackers(Number(new URL(service.url).port));
});
afterEach(async () => {
  attackers.stop();
  await service.close();
});

/** A body of 200 KB whose length is not announced. */
async function createChunked(): Promise<number> {
  const Authorization = `Bearer ${service.client().token}`;
  const messages = Array.from({ length: 4 }, () => ({ content: 'x'.repeat(50_000) }));
  const { status } = await rawRequest(service.url, {
    method: 'POST',
    path: CONVERSATIONS,
    headers: { Authorization, ...JSON_TYPE },
    chunks: [JSON.stringify({ messages })],
  });
  return status;
}

async function connected(): Promise<void> {
  const server = service.app.getHttpServer();
  const count = (): Promise<number> =>
    new Promise((resolve, reject) => {
      server.getConnections((error, connections) => {
        if (error) reject(error);
        else resolve(connections);
      });
    });
  await until(async () => (await count()) + (attackers.outcomes.get('closed') ?? 0) >= CONNECTIONS);
}

describe('another user can send a body', () => {
  it('while silent connections without a token announce bodies', async () => {
    const chunked = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };
    const head = rawHead('POST', CONVERSATIONS, chunked);
    attackers.follow(CONNECTIONS, () => head);
    await connected();
    for (let i = 0; i < 5; i++) expect(await createChunked()).toBe(201);
  });

  it('while one user has sent half of many bodies', async () => {
    const Authorization = `Bearer ${service.client().token}`;
    const announced = { ...JSON_TYPE, Authorization, 'Content-Length': String(2 ** 20) };
    const head = rawHead('POST', CONVERSATIONS, announced);
    const half = Buffer.concat([head, Buffer.alloc(2 ** 19, ' ')]);
    attackers.follow(CONNECTIONS, () => half);
    await connected();
    for (let i = 0; i < 5; i++) expect(await createChunked()).toBe(201);
  });
});

it('all the room for bodies is free again when those who announced them have gone', async () => {
  const Authorization = `Bearer ${service.client().token}`;
  const announced = { ...JSON_TYPE, Authorization, 'Transfer-Encoding': 'chunked' };
  const head = rawHead('POST', CONVERSATIONS, announced);
  attackers.follow(CONNECTIONS, () => head);
  await connected();
  attackers.stop();
  const together = async (): Promise<number[]> =>
    Promise.all(Array.from({ length: 16 }, createChunked));
  await until(async () => (await together()).every((status) => status === 201));
});
