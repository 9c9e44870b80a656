import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { ApiClient } from '../support/api-client.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { TEST_SECRET } from '../support/token.js';

/** Long, so that the lines of the requests are more than the pipe and the service take: 2.4 MB. */
const PATH = `/${'x'.repeat(250)}`;
const REQUESTS = 4_000;

let service: ChildProcess;
let log = '';

afterEach(() => {
  service.kill('SIGKILL');
});

async function start(): Promise<ApiClient> {
  const port = await freePort();
  service = spawn(process.execPath, ['dist/main.js'], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      LOG_FORMAT: 'json',
      HOST: '127.0.0.1',
      PORT: String(port),
      JWT_SECRET: TEST_SECRET,
      SHUTDOWN_DRAIN_MS: '0',
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  log = '';
  service.stdout?.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  await until(() => log.includes('Listening on'), 60_000);
  return ApiClient.for(`http://127.0.0.1:${port}`);
}

async function send(client: ApiClient): Promise<void> {
  const statuses = new Set<number>();
  const sendSome = async (): Promise<void> => {
    for (let i = 0; i < REQUESTS / 8; i++) statuses.add((await client.get(PATH)).status);
  };
  await Promise.all(Array.from({ length: 8 }, sendSome));
  expect([...statuses]).toEqual([404]);
}

it('a log that nobody reads stops neither the work nor the end of the process', async () => {
  const client = await start();
  service.stdout?.pause();
  await send(client);
  const begun = performance.now();
  service.kill('SIGTERM');
  await once(service, 'close');
  expect([service.exitCode, performance.now() - begun < 5_000]).toEqual([0, true]);
});

it('a log that is read late says how many lines are missing', async () => {
  const client = await start();
  service.stdout?.pause();
  await send(client);
  service.stdout?.resume();
  await until(() => log.split('"context":"Access"').length > 1_000);
  service.kill('SIGTERM');
  await once(service, 'close');
  const lines = log.split('\n').slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as { context: string; dropped?: number });
  const written = parsed.filter(({ context }) => context === 'Access').length;
  const dropped = parsed.reduce((sum, line) => sum + (line.dropped ?? 0), 0);
  expect(dropped).toBeGreaterThan(0);
  expect(written + dropped).toBe(REQUESTS);
});
