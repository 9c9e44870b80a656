import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { startService, type TestService } from '../support/service.js';
import { KeyServer } from './key-server.js';

const ELEVEN_MINUTES_MS = 11 * 60_000;

let keyServer: KeyServer;
let service: TestService;
let aheadMs: number;

beforeEach(async () => {
  aheadMs = 0;
  const now = Date.now.bind(Date);
  // Before the service starts, which may take its clock from there.
  jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
  keyServer = await KeyServer.start();
  service = await startService({ environment: { JWT_SECRET: '', JWT_JWKS_URI: keyServer.uri } });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await keyServer.stop();
  await service.close();
});

it('a key server that hangs delays no token whose key is known', async () => {
  const known = new ApiClient(service.url, keyServer.token());
  expect((await known.get(CONVERSATIONS)).status).toBe(200);
  aheadMs = ELEVEN_MINUTES_MS;
  keyServer.hang();
  const unknown = new ApiClient(service.url, keyServer.token({}, 'unknown')).get(CONVERSATIONS);
  await until(() => keyServer.hanging > 0);
  // A token that was verified before, and a new one of the same key.
  for (const client of [known, new ApiClient(service.url, keyServer.token())]) {
    expect((await client.get(CONVERSATIONS)).status).toBe(200);
    // The answer did not wait until the service gave up.
    expect(keyServer.hanging).toBeGreaterThan(0);
  }
  await unknown;
});
