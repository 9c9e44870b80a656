import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { TEST_SECRET } from '../support/token.js';
import { ImageBuild } from './image-build.js';
import { CAN_SEPARATE, ImageProcess } from './image-process.js';

interface Bill {
  readonly metadata: { readonly component: { readonly name: string; readonly type: string } };
  readonly components: readonly { readonly name: string; readonly version: string }[];
}

let image: ImageBuild;
let folder: string;

beforeAll(() => {
  image = ImageBuild.run();
  folder = join(image.root, image.config.workdir);
}, 1_200_000);
afterAll(() => {
  image.remove();
});

function megabytes(path: string): string {
  const [kilobytes] = execFileSync('du', ['-sk', path], { encoding: 'utf8' }).split('\t');
  return `${(Number(kilobytes) / 1024).toFixed(1)} MB`;
}

/** The packages of the lock file, by the folder of each. */
function lockedPackages(): [path: string, isForDevelopment: boolean][] {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '')
    .map(([path, { dev = false }]) => [path, dev]);
}

describe('the files of the image', () => {
  it('are the built service, its packages and their list, and nothing else', () => {
    const parts = ['dist', 'node_modules', 'package.json', 'sbom.cdx.json'];
    expect(readdirSync(folder).sort()).toEqual(parts);
    const sizes = parts.map((part) => `${part} ${megabytes(join(folder, part))}`);
    const node = megabytes(join(image.root, 'nodejs'));
    process.stdout.write(`Size: ${sizes.join(', ')}; Node ${image.nodeVersion} ${node}\n`);
  });

  it('are of no package that only development needs', () => {
    const packages = lockedPackages();
    const unwanted = packages.filter(([path, isDev]) => isDev && existsSync(join(folder, path)));
    expect(unwanted).toEqual([]);
    expect(packages.some(([path, isDev]) => !isDev && existsSync(join(folder, path)))).toBe(true);
  });

  it('are of no test, no source and no tool that built them', () => {
    const names = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(names).toContain('main.js');
    expect(
      names.filter((name) => /\.spec\.|(?<!\.d)\.ts$|buildinfo|(^|\/)\.env/.test(name)),
    ).toEqual([]);
  });

  it('are listed in the SBOM, package by package', () => {
    const bill = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8')) as Bill;
    expect(bill.metadata.component).toMatchObject({
      name: 'conversation-store',
      type: 'application',
    });
    const listed = new Set(bill.components.map(({ name, version }) => `${name}@${version}`));
    const hidden = '.package-lock.json';
    const installed = JSON.parse(readFileSync(join(folder, 'node_modules', hidden), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const expected = Object.entries(installed.packages).map(
      ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
    );
    expect([...listed].sort()).toEqual([...new Set(expected)].sort());
  });
});

const how = CAN_SEPARATE
  ? 'read-only, as process 1 and as the user of the image'
  : 'NOT read-only, NOT as process 1 and as THIS user: run it as root on Linux for that';

describe(`the image runs ${how}`, () => {
  let started: ImageProcess[] = [];
  let port: number;

  async function start(variables: Record<string, string>): Promise<ImageProcess> {
    port = await freePort();
    const { entrypoint, command } = image.config;
    const service = ImageProcess.start(image, [...entrypoint, ...command], {
      PORT: String(port),
      JWT_SECRET: TEST_SECRET,
      ...variables,
    });
    started.push(service);
    await service.listening();
    return service;
  }

  async function run(
    command: readonly string[],
    variables: Record<string, string> = {},
  ): Promise<{ code: number | null; output: string }> {
    const process = ImageProcess.start(image, command, variables);
    return { code: await process.exited(), output: process.output };
  }

  function healthCheck(): ReturnType<typeof run> {
    return run(image.config.healthCheck, { PORT: String(port) });
  }

  function client(): ApiClient {
    return ApiClient.for(`http://127.0.0.1:${port}`, { sub: 'alice', tid: 'contoso' });
  }

  async function createAppendAndRead(): Promise<void> {
    const alice = client();
    const created = await alice.post(CONVERSATIONS, { messages: [{ content: 'one' }] });
    expect(created.status).toBe(201);
    const path = `${CONVERSATIONS}/${created.body.id}`;
    const appended = await alice.post(`${path}/messages`, { messages: [{ content: 'two' }] });
    expect(appended.status).toBe(201);
    const read = await alice.get(path);
    expect(read.body).toMatchObject({ messageCount: 2 });
    const { data } = (await alice.get(CONVERSATIONS)).body;
    expect(data.map(({ id }) => id)).toContain(created.body.id);
  }

  afterEach(async () => {
    await Promise.all(started.map((service) => service.kill()));
    started = [];
  });

  it('in production, drains on SIGTERM, and exits with 0', async () => {
    const DRAIN_MS = 1_500;
    const service = await start({
      STORE_DRIVER: 'memory',
      SHUTDOWN_DRAIN_MS: String(DRAIN_MS),
    });
    if (CAN_SEPARATE) {
      expect(service.status).toMatch(/^NSpid:\t\d+\t1$/m);
      expect(service.status).toMatch(/^Uid:\t10001\t10001\t10001\t10001$/m);
      expect(service.status).toMatch(/^Groups:\t *$/m);
      expect(service.status).toMatch(/^CapEff:\t0+$/m);
      expect(service.status).toMatch(/^NoNewPrivs:\t1$/m);
    }
    await createAppendAndRead();
    expect(await healthCheck()).toEqual({ code: 0, output: '' });

    const begun = performance.now();
    service.signal('SIGTERM');
    await until(async () => (await client().get('/health/ready')).status === 503);
    await createAppendAndRead().catch((error: unknown) => {
      throw new Error('It serves nothing while it drains.', { cause: error });
    });
    expect(await healthCheck()).toEqual({ code: 0, output: '' });
    expect(await service.exited()).toBe(0);
    const ms = performance.now() - begun;
    expect(ms).toBeGreaterThanOrEqual(DRAIN_MS);
    expect(ms).toBeLessThan(DRAIN_MS + 10_000);

    // A file that it could not write would be a line of the log.
    expect(service.output).not.toMatch(/EROFS|EACCES|EPERM|ENOENT|"level":"(error|fatal)"/);
    expect(service.output.match(/"level":"warn".*/g)).toEqual([
      expect.stringContaining('stored in memory'),
    ]);
    const refused = await healthCheck();
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^The service does not answer: .*ECONNREFUSED/);
  });

  it('with the scripts of Redis and the tables of PostgreSQL', async () => {
    const servers = {
      NODE_ENV: 'test',
      REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
      DATABASE_URL: await createSharedDatabase(),
    };
    const command = [...image.config.entrypoint, 'dist/cli/migrate.js'];
    const migrated = await run(command, servers);
    expect(migrated.output).toMatch(/up to date/);
    expect(migrated.code).toBe(0);
    const service = await start({ ...servers, REDIS_KEY_PREFIX: `image-${process.pid}:` });
    await createAppendAndRead();
    service.signal('SIGTERM');
    expect(await service.exited()).toBe(0);
  });

  it('says what is missing, when nothing is configured, and exits with 1', async () => {
    const { entrypoint, command } = image.config;
    const { code, output } = await run([...entrypoint, ...command]);
    expect(code).toBe(1);
    expect(output).toMatch(/JWT_JWKS_URI/);
    expect(output).toMatch(/REDIS_URL/);
  });
});
