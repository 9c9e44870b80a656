import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS } from '../support/api-client.js';
import { CommandProcess, type CommandResult } from '../support/command-process.js';
import { expectProblem } from '../support/expect-problem.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { ServiceProcess } from '../support/service-process.js';
import { TEST_SECRET } from '../support/token.js';

const ALICE = { sub: 'alice', tid: 'contoso' };
const SECRET = randomBytes(32).toString('base64');
const OTHER = randomBytes(32).toString('base64');
const [K1, K2] = [`k1:${SECRET}`, `k2:${OTHER}`] as const;
const TITLE = 'the title that nobody may see';
const CREATED = { title: TITLE, messages: [{ content: 'the message that nobody may see' }] };

type Environment = Readonly<Record<string, string>>;

async function withService(
  environment: Environment,
  use: (service: ServiceProcess) => Promise<void>,
  script?: string,
): Promise<void> {
  const service = await ServiceProcess.start(environment, script);
  try {
    await use(service);
  } finally {
    await service.stop();
  }
}

function redis(): Environment {
  return { REDIS_URL: process.env['TEST_REDIS_URL'] ?? '', REDIS_KEY_PREFIX: `${randomUUID()}:` };
}

describe.each(['redis', 'postgres', 'tiered'])('a service with other keys, on %s', (driver) => {
  let store: Environment;

  beforeAll(async () => {
    const postgres = { DATABASE_URL: await createSharedDatabase() };
    store = {
      STORE_DRIVER: driver,
      ...(driver !== 'postgres' && redis()),
      ...(driver !== 'redis' && postgres),
    };
  });

  it('says which key is missing, shows no content, and goes on with what it can open', async () => {
    let path = '';
    let lost = '';
    await withService({ ...store, ENCRYPTION_KEYS: K1 }, async (service) => {
      expect(service.output).toContain('are encrypted with the key "k1".');
      const client = service.client(ALICE);
      const { status, body } = await client.post(CONVERSATIONS, CREATED);
      expect(status).toBe(201);
      path = `${CONVERSATIONS}/${body.id}`;
      lost = (await client.post(CONVERSATIONS, CREATED)).body.id;
    });
    await withService({ ...store, ENCRYPTION_KEYS: K2 }, async (service) => {
      const client = service.client(ALICE);
      for (const damaged of [path, `${path}/messages`]) {
        expectProblem(await client.get(damaged), 500);
        expect((await client.get(damaged)).body.type).toMatch(/conversation-damaged$/);
      }
      expect(service.output).toMatch(/sealed with the key \\?"k1\\?", which is not configured/);
      expectProblem(
        await client.post(`${path}/messages`, { messages: [{ content: 'more' }] }),
        500,
      );
      const created = await client.post(CONVERSATIONS, CREATED);
      expect(created.status).toBe(201);
      const read = await client.get(`${CONVERSATIONS}/${created.body.id}`);
      expect([read.status, read.body.title]).toEqual([200, TITLE]);
      const list = await client.get(CONVERSATIONS);
      expect(list.status).toBe(200);
      expect(list.body.data.map(({ id }) => id)).toEqual([created.body.id]);
      const deleted = `${CONVERSATIONS}/${lost}`;
      expect((await client.delete(deleted)).status).toBe(204);
      expect((await client.get(deleted)).status).toBe(404);
      for (const hidden of ['nobody may see', SECRET, OTHER]) {
        expect(service.output).not.toContain(hidden);
      }
    });
    // Redis has stored what was appended before it was known that the answer cannot be made.
    await withService({ ...store, ENCRYPTION_KEYS: `plain,${K1},${K2}` }, async (service) => {
      expect((await service.client(ALICE).get(path)).body.title).toBe(TITLE);
      expect(service.output).toContain('What was encrypted before opens with "k1"');
    });
  });
});

describe('a key management of a team', () => {
  const KMS = 'test/support/key-service.mjs';
  const KMS_SECRET = 'a-secret-of-the-key-management';

  it('gives the keys', async () => {
    const environment = redis();
    let path = '';
    const keys = { KEY_SERVICE: `${KMS_SECRET} 2025` };
    await withService(
      { ...environment, ...keys },
      async (service) => {
        const { body } = await service.client(ALICE).post(CONVERSATIONS, CREATED);
        path = `${CONVERSATIONS}/${body.id}`;
        expect(service.output).toContain('are encrypted with the key "2025".');
      },
      KMS,
    );
    const rotated = { KEY_SERVICE: `${KMS_SECRET} 2026 2025` };
    await withService(
      { ...environment, ...rotated },
      async (service) => {
        expect((await service.client(ALICE).get(path)).body.title).toBe(TITLE);
        expect(service.output).toContain('"2026". What was encrypted before opens with "2025".');
      },
      KMS,
    );
  });

  it('is not asked by a store in memory', async () => {
    await withService(
      { KEY_SERVICE: KMS_SECRET },
      async ({ output }) => expect(output).toContain('the key service is not asked'),
      KMS,
    );
  });

  it('keeps the service from starting when it fails, and shows no secret', async () => {
    const { code, stdout, stderr } = await run(`../${KMS}`, {
      ...redis(),
      KEY_SERVICE: KMS_SECRET,
    });
    expect(code).not.toBe(0);
    expect(stderr).toContain(
      'The master keys cannot be used: the key service has failed (Error AccessDenied).',
    );
    expect(stdout + stderr).not.toContain(KMS_SECRET);
  });

  it('and keys in the variables exclude each other', async () => {
    const { code, stdout, stderr } = await run(`../${KMS}`, { ...redis(), ENCRYPTION_KEYS: K1 });
    expect(code).not.toBe(0);
    expect(stderr).toContain('ENCRYPTION_KEYS: may not be set: the application has its keys');
    expect(stdout + stderr).not.toContain(SECRET.slice(0, 8));
  });
});

describe('keys that cannot be used', () => {
  it('keep the service from starting, with all mistakes and nothing of a key', async () => {
    const ENCRYPTION_KEYS = `k1:,${SECRET},k3:${OTHER}${SECRET}`;
    const { code, stdout, stderr } = await run('main.js', {
      ...redis(),
      ENCRYPTION_KEYS,
      PORT: 'x',
    });
    expect(code).toBe(1);
    expect(stderr.match(/^ {2}- /gm)).toHaveLength(4);
    expect(stderr).not.toMatch(/^ +at /m);
    for (const secret of [SECRET, OTHER]) {
      expect(stdout + stderr).not.toContain(secret.slice(0, 8));
    }
  });
});

function run(script: string, environment: Environment): Promise<CommandResult> {
  return CommandProcess.run(script, [], {
    environment: { JWT_SECRET: TEST_SECRET, ...environment },
  });
}
