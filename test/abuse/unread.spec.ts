import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toBytes } from '../../bench/load/requests.js';
import type { ApiClient } from '../support/api-client.js';
import { CONVERSATIONS } from '../support/api-client.js';
import { Attackers } from './attackers.js';
import { CountedService } from './counted-service.js';
import { storeLargeConversation } from './stored-data.js';

const MIB = 2 ** 20;
const READS = 80;
const CONNECTIONS = 40;
/** Small bounds, so that the buffers of the system hold a small share of what is asked for. */
const ENVIRONMENT = { MAX_UNSENT_BYTES: String(8 * MIB), MAX_REQUESTS_PER_OWNER: '4' };

let counted: CountedService;
let attackers: Attackers;
let client: ApiClient;
let path: string;

beforeEach(async () => {
  counted = await CountedService.start({ environment: ENVIRONMENT });
  attackers = new Attackers(counted.port);
  client = counted.service.client();
  path = await storeLargeConversation(client, 200);
});
afterEach(async () => {
  attackers.stop();
  await counted.close();
});

describe('answers that their client does not take', () => {
  it('stop the reads that were pipelined behind them', async () => {
    const before = await counted.settledScripts();
    expect((await client.get(`${path}/messages?limit=200`)).status).toBe(200);
    const perRead = (await counted.settledScripts()) - before;
    const request = toBytes(client, 'GET', `${path}/messages?limit=200`);
    attackers.hold(1, () => Buffer.concat(Array.from({ length: READS }, () => request)));
    const scripts = (await counted.settledScripts()) - before - perRead;
    expect(scripts).toBeLessThan((READS * perRead) / 2);
  });

  it.each(['/messages?limit=200', '?messages=200'])(
    'are pages of about a MiB each: %s',
    async (query) => {
      const before = await counted.sentBytes();
      const request = toBytes(client, 'GET', path + query);
      attackers.hold(CONNECTIONS, () => request);
      await counted.settledScripts();
      expect((await counted.sentBytes()) - before).toBeLessThan(CONNECTIONS * 2 * MIB);
    },
  );

  it('are forgotten with their connections: the same user reads everything again', async () => {
    const page = toBytes(client, 'GET', `${path}/messages?limit=200`);
    const all = toBytes(client, 'GET', `${CONVERSATIONS}/export`);
    attackers.hold(CONNECTIONS, () => page);
    attackers.hold(CONNECTIONS, () => all);
    await counted.settledScripts();
    attackers.stop();
    await counted.settledScripts();
    const { status, text } = await client.get(`${CONVERSATIONS}/export`);
    expect(status).toBe(200);
    const { messages } = JSON.parse(text) as { messages: unknown[] };
    expect(messages).toHaveLength(200);
  });
});
