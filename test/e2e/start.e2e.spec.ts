import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';

describe('a service with nothing configured', () => {
  let service: ServiceProcess;
  let token: string;

  beforeAll(async () => {
    service = await ServiceProcess.start({ NODE_ENV: '', JWT_SECRET: '' });
    await until(() => service.output.includes('curl '));
    token = /^eyJ\S+$/m.exec(service.output)?.[0] ?? '';
  });
  afterAll(() => service.stop());

  it('says which store it uses, and that it forgets', () => {
    expect(service.output).toMatch(/in memory.*LOST WHEN THE SERVICE RESTARTS/);
  });

  it('prints a token that works', async () => {
    expect((await new ApiClient(service.url, token).get(CONVERSATIONS)).status).toBe(200);
  });

  it('prints curl lines that work as they are', () => {
    const lines = service.output.split('\n').filter((line) => line.startsWith('curl '));
    const [created, listed] = lines.map((line) => run(line)) as [Created, Listed];
    expect(created.title).toBe('Hello');
    expect(listed.data.map(({ id }) => id)).toContain(created.id);
  });

  it('describes its API as docs/openapi.json does: else run `npm run openapi`', async () => {
    const { text } = await new ApiClient(service.url, token).get('/api/openapi.json');
    expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });

  it('takes its secret with it', async () => {
    expect(existsSync('.dev/jwt-secret')).toBe(true);
    const { code } = await service.stop('SIGINT');
    expect(code).toBe(0);
    expect(existsSync('.dev/jwt-secret')).toBe(false);
  });
});

describe('a service that is configured wrongly', () => {
  it('says all that is wrong, in a line each, without a stack, and exits with 1', () => {
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: 'http', JWT_SECRET: 'short' },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/PORT: must be a whole number/);
    expect(stderr).toMatch(/JWT_SECRET: must have 32 characters or more/);
    expect(stderr).not.toMatch(/short|at .*\.js/);
  });

  it('refuses to forget in production unless asked for by name', async () => {
    const production = { NODE_ENV: 'production', SHUTDOWN_DRAIN_MS: '0' };
    await expect(ServiceProcess.start(production)).rejects.toThrow(
      /REDIS_URL and DATABASE_URL: one of them is required/,
    );
    const service = await ServiceProcess.start({ ...production, STORE_DRIVER: 'memory' });
    expect(service.output).not.toMatch(/eyJ/);
    await service.stop();
  });

  it('says when its port is taken, and exits with 1', async () => {
    const service = await ServiceProcess.start();
    const { status, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: new URL(service.url).port },
      encoding: 'utf8',
    });
    await service.stop();
    expect([status, stderr]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
  });
});

interface Created {
  readonly id: string;
  readonly title: string;
}

interface Listed {
  readonly data: readonly Created[];
}

function run(command: string): unknown {
  return JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' }));
}
