import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { CONVERSATIONS } from '../support/api-client.js';
import { GuideProject } from '../support/guide-project.js';
import { ServiceProcess } from '../support/service-process.js';

/** The test compiles a project, beside whatever else runs. */
const LIMIT_MS = 120_000;

const ADA = { 'x-session': 'session-of-ada' };

describe('docs/embedding.md, with the packed package', () => {
  const project = new GuideProject('docs/embedding.md');

  beforeAll(() => {
    project.write('src/refusals.ts', readFileSync('test/system/embedding/refusals.ts', 'utf8'));
    expect(project.compile()).toBe('');
  }, LIMIT_MS);
  afterAll(() => project.remove());

  const file = (name: string): string => join(project.folder, 'dist', name);

  /** Runs an application of the page, as in production and without any variable `JWT_…`. */
  async function withApplication(
    name: string,
    environment: Readonly<Record<string, string>>,
    use: (application: ServiceProcess) => Promise<void>,
  ): Promise<void> {
    const production = { NODE_ENV: 'production', JWT_SECRET: '', SHUTDOWN_DRAIN_MS: '0' };
    const application = await ServiceProcess.start({ ...production, ...environment }, file(name));
    try {
      await use(application);
    } finally {
      await application.stop();
    }
  }

  it.each(['main.js', 'main-nest.js'])(
    'takes a guard of the application, started by %s',
    async (name) => {
      await withApplication(name, { STORE_DRIVER: 'memory' }, async (service) => {
        const status = async (headers: Headers): Promise<number> =>
          (await create(service.url, headers)).status;
        expect(await status(ADA)).toBe(201);
        expect(await status({ 'x-session': 'another' })).toBe(401);
        expect(await status({ authorization: 'Bearer a.b.c' })).toBe(401);
        expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
        expect((await fetch(`${service.url}/api/openapi.json`)).status).toBe(200);
        expect((await fetch(`${service.url}/desk/driver`)).status).toBe(200);
        expect(service.output).not.toMatch(/eyJ|curl /);
      });
    },
  );

  it('takes a Passport strategy of the application', async () => {
    const secret = 'the secret of the team, of more than 32 bytes';
    const environment = { STORE_DRIVER: 'memory', TEAM_SECRET: secret };
    await withApplication('main-passport.js', environment, async (service) => {
      const list = async (claims: object, key = secret): Promise<number> => {
        const headers = { 'x-team-token': jwt.sign(claims, key) };
        return (await fetch(service.url + CONVERSATIONS, { headers })).status;
      };
      expect(await list({ org: 'contoso', uid: 'ada' })).toBe(200);
      expect(await list({ org: 'contoso', uid: 'ada' }, `another ${secret}`)).toBe(401);
      expect(await list({ org: 'contoso' })).toBe(401);
      expect(await list({ org: ' ', uid: 'ada' })).toBe(401);
      expect((await fetch(service.url + CONVERSATIONS)).status).toBe(401);
      expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    });
  });

  it('takes a store of the application, without a variable for it', async () => {
    const environment = { JWT_SECRET: 'a secret of the service, of more than 32 bytes' };
    await withApplication('main-store.js', environment, async (service) => {
      expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    });
  });

  it('runs the store alone', async () => {
    await withApplication('main-store-alone.js', {}, async ({ url }) => {
      const threads = `${url}/threads/ada`;
      const statuses: number[] = [];
      for (let i = 0; i < 3; i++) statuses.push((await fetch(threads, { method: 'POST' })).status);
      expect(statuses).toEqual([201, 201, 500]);
      expect(await (await fetch(threads)).json()).toHaveLength(2);
    });
  });

  it('runs the conversations and the turns alone, with another guard', async () => {
    await withApplication('main-conversations-alone.js', {}, async ({ url }) => {
      const created = await create(url, ADA);
      expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"']);
      expect((await fetch(url + CONVERSATIONS)).status).toBe(403);
      const { id } = (await created.json()) as { id: string };
      const turn = await post(`${url}${CONVERSATIONS}/${id}/turns`, ADA, '{"message":"hello"}');
      expect(turn.status).toBe(201);
    });
  });

  it('refuses to start what cannot work, and says why', () => {
    const { stdout, stderr } = spawnSync(process.execPath, [file('refusals.js')], {
      env: { PATH: process.env['PATH'], LOG_LEVEL: 'fatal' },
      encoding: 'utf8',
    });
    expect({ stderr, ...(JSON.parse(stdout) as object) }).toEqual({
      stderr: '',
      otherAdapter: expect.stringMatching(/^ApplicationSetupError: .*ServiceAdapter.*OtherAdapter/),
      plainFastify: expect.stringMatching(
        /^ApplicationSetupError: .*the application has FastifyAd/,
      ),
      configuredOtherAdapter: expect.stringMatching(/^ApplicationSetupError: .*has OtherAdapter/),
      notConfigured: expect.stringMatching(/^ApplicationSetupError: .*Call configureApp\(app\)/),
      conversationsOnOtherAdapter: expect.stringMatching(/need Fastify.*is "express"/),
      turnsOnOtherAdapter: expect.stringMatching(/need Fastify.*is "express"/),
      conversationsOnFastify: 'started',
      storeOnOtherAdapter: 'started',
      withoutServer: 'started',
    });
  });

  it(
    'passes the tests of the page',
    () => {
      const tests = readdirSync(join(project.folder, 'dist')).filter((name) =>
        name.endsWith('.test.js'),
      );
      expect(tests.sort()).toEqual(['desk.test.js', 'team-store.test.js']);
      const { status, stdout } = spawnSync(process.execPath, ['--test', ...tests.map(file)], {
        env: { PATH: process.env['PATH'], NODE_ENV: 'test', LOG_LEVEL: 'fatal' },
        encoding: 'utf8',
      });
      const failures = stdout.match(/^ *not ok .*\n(?: +[^ #].*\n){0,12}/gm) ?? [];
      expect({ status, failures }).toEqual({ status: 0, failures: [] });
    },
    LIMIT_MS,
  );
});

function create(url: string, headers: Headers): Promise<Response> {
  return post(url + CONVERSATIONS, headers, '{}');
}

function post(url: string, headers: Headers, body: string): Promise<Response> {
  const method = 'POST';
  return fetch(url, { method, headers: { 'content-type': 'application/json', ...headers }, body });
}

type Headers = Readonly<Record<string, string>>;
