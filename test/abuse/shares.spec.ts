import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toBytes } from '../../bench/load/requests.js';
import { CONVERSATIONS } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { Attackers } from './attackers.js';
import { rawHead } from './raw-head.js';

/** Far more than have a slot or a position in the queue. */
const CONNECTIONS = 300;
const ENVIRONMENT = { MAX_CONCURRENT_REQUESTS: '8', MAX_REQUESTS_PER_OWNER: '4' };

let service: TestService;
let attackers: Attackers;

beforeEach(async () => {
  service = await startService({ environment: ENVIRONMENT });
  attackers = new Attackers(Number(new URL(service.url).port));
});
afterEach(async () => {
  attackers.stop();
  await service.close();
});

/** So many answers, of any status, have come to the attackers. */
async function attackIsOn(): Promise<void> {
  const answers = (): number => [...attackers.outcomes.values()].reduce((sum, n) => sum + n, 0);
  await until(() => answers() > 2 * CONNECTIONS);
}

async function expectServed(): Promise<void> {
  const client = service.client();
  const statuses: number[] = [];
  for (let i = 0; i < 30; i++) {
    statuses.push((await client.post(CONVERSATIONS, {})).status);
    statuses.push((await client.get(CONVERSATIONS)).status);
  }
  expect(statuses).toEqual(statuses.map((_, i) => (i % 2 === 0 ? 201 : 200)));
}

describe('every request of a user is served', () => {
  it('while another user asks on more connections than there are slots and positions', async () => {
    const other = service.client();
    for (let i = 0; i < 50; i++) await other.post(CONVERSATIONS, {});
    const request = toBytes(other, 'GET', `${CONVERSATIONS}?limit=100`);
    attackers.repeat(CONNECTIONS, () => request);
    await attackIsOn();
    await expectServed();
  });

  it('while strangers ask without a token', async () => {
    const request = rawHead('GET', CONVERSATIONS);
    attackers.repeat(CONNECTIONS, () => request);
    await attackIsOn();
    await expectServed();
  });
});

it('one user alone has more than a share', async () => {
  const other = service.client();
  const answers = await Promise.all(Array.from({ length: 8 }, () => other.get(CONVERSATIONS)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});
