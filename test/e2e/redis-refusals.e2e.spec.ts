import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisStoreOptions } from 'conversation-store';
import { CONVERSATIONS } from '../support/api-client.js';
import { STORE_USER } from '../support/redis-access.js';
import {
  CERTIFIED_NAME,
  type Presented,
  type TestCertificates,
} from '../support/test-certificates.js';
import { RedisServer, until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import {
  startCluster,
  startSentinel,
  startStandalone,
  type TestTopology,
} from '../support/redis-topologies.js';
import { startService } from '../support/service.js';
import { ServiceProcess } from '../support/service-process.js';

/** What is changed of the options that fit the servers; undefined takes one away. */
type Change = { [Option in keyof RedisStoreOptions]?: RedisStoreOptions[Option] | undefined };

/** In the log of whoever may not read passwords. */
const SECRETS = /of-the-(store|sentinel)|not-the-password/;

const WRONG_PASSWORD = 'p@ss:w%2Frd/#$&?not-the-password';

/** Of every connection that ioredis starts to make, those to find nodes and to ask sentinels too. */
const ATTEMPTS = 'tracing:ioredis:connect:start';

/** The service on these servers answers 503, and says once what is wrong, however often it tries. */
async function expectRefusal(servers: TestTopology, change: Change, line: RegExp): Promise<void> {
  let attempts = 0;
  const count = (): void => {
    attempts++;
  };
  const options = { ...servers.options, ...change } as typeof servers.options;
  subscribe(ATTEMPTS, count);
  const service = await startService({ store: { driver: 'redis', ...redisOptions(options) } });
  // The heartbeat also logs an error: it says what the service does, and not what is wrong.
  const errors = (): string[] =>
    service.logLines().filter((l) => /^error \[Store\] (?!.* does not answer: )/.test(l));
  try {
    const client = service.client();
    for (let i = 0; i < 3; i++) {
      const { status, body } = await client.get(CONVERSATIONS);
      expect([status, body.type]).toEqual([503, '/problems/store-unavailable']);
    }
    expect((await client.get('/health/live')).status).toBe(200);
    await until(() => errors().length > 0);
    const isConnected = service.logLines().some((l) => l.endsWith('Redis is ready.'));
    // A cluster is tried at each of its nodes.
    const several = options.topology.mode === 'cluster' ? 12 : 3;
    await until(() => isConnected || attempts >= several);
    expect((await client.get('/health/ready')).status).toBe(isConnected ? 200 : 503);
    expect(errors()).toEqual([expect.stringMatching(line)]);
    expect(service.logLines().join('\n')).not.toMatch(SECRETS);
  } finally {
    unsubscribe(ATTEMPTS, count);
    await service.close();
  }
}

const CERTIFICATES: [Presented, RegExp][] = [
  ['expired', /certificate .*not valid at this time \(certificate has expired\)/],
  ['for another name', /not for the host name .*redis\.test.*another\.test.*REDIS_TLS_SERVERNAME/],
  ['from a stranger', /authority that is not trusted .*REDIS_TLS_CA_FILE/],
];

const CREDENTIALS: [string, Change][] = [
  ['a wrong password', { ...STORE_USER, password: WRONG_PASSWORD }],
  ['an unknown user', { ...STORE_USER, username: 'nobody' }],
  ['no user', { username: undefined, password: undefined }],
];

/** The variables with which a service reaches these servers, but for the password. */
function toEnvironment(
  { options, access }: TestTopology,
  password: string,
): Record<string, string> {
  const { topology, username = '' } = options;
  const nodes = topology.mode === 'standalone' ? [topology.node] : topology.nodes;
  return {
    REDIS_MODE: topology.mode,
    REDIS_NODES: nodes.map(({ host, port }) => `${host}:${port}`).join(','),
    REDIS_USERNAME: username,
    REDIS_PASSWORD: password,
    REDIS_TLS: 'true',
    REDIS_TLS_CA_FILE: access.certificates?.authorityFile ?? '',
    REDIS_TLS_SERVERNAME: CERTIFIED_NAME,
    ...(topology.mode === 'sentinel' && {
      REDIS_SENTINEL_NAME: topology.primary,
      REDIS_SENTINEL_USERNAME: topology.username ?? '',
      REDIS_SENTINEL_PASSWORD: topology.password ?? '',
    }),
  };
}

const STARTS = { standalone: startStandalone, sentinel: startSentinel, cluster: startCluster };

/** With TLS and users, and in the clear. */
interface Pair {
  readonly secured: TestTopology;
  readonly plain: TestTopology;
}
let topologies: Record<keyof typeof STARTS, Pair>;

beforeAll(async () => {
  const startPair = async (mode: keyof typeof STARTS): Promise<Pair> => {
    const [secured, plain] = await Promise.all([STARTS[mode]({ secured: true }), STARTS[mode]()]);
    return { secured, plain };
  };
  const [standalone, sentinel, cluster] = await Promise.all([
    startPair('standalone'),
    startPair('sentinel'),
    startPair('cluster'),
  ]);
  topologies = { standalone, sentinel, cluster };
});
afterAll(() =>
  Promise.all(
    Object.values(topologies).flatMap(({ secured, plain }) => [secured.stop(), plain.stop()]),
  ),
);

describe.each([
  ['one server', 'standalone'],
  ['a primary behind a sentinel', 'sentinel'],
  ['a cluster', 'cluster'],
] as const)('%s refuses', (_, mode) => {
  let secured: TestTopology;
  let plain: TestTopology;
  let data: readonly RedisServer[];

  beforeAll(() => {
    ({ secured, plain } = topologies[mode]);
    data = mode === 'sentinel' ? secured.servers.slice(0, 2) : secured.servers;
  });

  const tellAll = (...command: string[]): Promise<unknown> =>
    Promise.all(data.map((server) => secured.ask(server, ...command)));

  async function present(what: Presented): Promise<void> {
    const certificates = secured.access.certificates as TestCertificates;
    certificates.present(what);
    await tellAll('CONFIG', 'SET', 'tls-cert-file', certificates.certificateFile);
    certificates.present('valid');
  }

  it.each(CERTIFICATES)('with a certificate that is %s', async (certificate, line) => {
    await present(certificate);
    try {
      await expectRefusal(secured, {}, new RegExp(`Redis presents a .*${line.source}`));
    } finally {
      await present('valid');
    }
  });

  it.each(CREDENTIALS)('%s', async (_name, credentials) => {
    const line = /Redis denies access: (WRONGPASS|NOAUTH) .*REDIS_USERNAME and REDIS_PASSWORD/;
    await expectRefusal(secured, credentials, line);
  });

  it('a user without the right to a command', async () => {
    await tellAll('ACL', 'SETUSER', STORE_USER.username, '-evalsha');
    try {
      await expectRefusal(secured, {}, /Redis denies access: NOPERM .*'evalsha'/);
    } finally {
      await tellAll('ACL', 'SETUSER', STORE_USER.username, '+evalsha');
    }
  });

  it('TLS, where it does not speak it', async () => {
    // Each attempt lasts for this time: the servers wait for the end of a line.
    const change = { tls: {}, timeoutMs: 200 };
    await expectRefusal(plain, change, /does not answer in TLS/);
  });

  it('the service as it is run, which neither ends nor prints a password', async () => {
    const service = await ServiceProcess.start(toEnvironment(secured, WRONG_PASSWORD));
    try {
      await until(() => service.output.includes('denies access: WRONGPASS'));
      expect((await service.client().get(CONVERSATIONS)).status).toBe(503);
      expect((await service.client().get('/health/live')).status).toBe(200);
    } finally {
      expect((await service.stop()).code).toBe(0);
    }
    expect(service.output).not.toMatch(SECRETS);
    expect(service.output).not.toMatch(/unhandled|uncaught/i);
  });

  it('a client without TLS', async () => {
    await expectRefusal(secured, { tls: undefined }, /if it requires TLS, set rediss:\/\//);
  });
});

describe('a sentinel refuses', () => {
  let secured: TestTopology;
  let change: (topology: { primary?: string; username?: string; password?: string }) => Change;

  beforeAll(() => {
    ({ secured } = topologies.sentinel);
    const { topology } = secured.options;
    change = (more) => ({ topology: { ...topology, ...more } });
  });

  it.each(CERTIFICATES)('with a certificate that is %s', async (certificate, line) => {
    const sentinel = secured.servers[2] as RedisServer;
    const { certificates } = secured.access;
    certificates?.present(certificate);
    await sentinel.kill();
    await sentinel.run();
    certificates?.present('valid');
    await expectRefusal(secured, {}, new RegExp(`The sentinel presents a .*${line.source}`));
    await sentinel.kill();
    await sentinel.run();
  });

  it('a wrong password', async () => {
    const line = /The sentinel denies access: WRONGPASS .*REDIS_SENTINEL_PASSWORD/;
    await expectRefusal(secured, change({ password: WRONG_PASSWORD }), line);
  });

  it('an unknown user', async () => {
    const line = /The sentinel denies access: WRONGPASS .*REDIS_SENTINEL_USERNAME/;
    await expectRefusal(secured, change({ username: 'nobody' }), line);
  });

  it('to know a primary of another name', async () => {
    await expectRefusal(secured, change({ primary: 'other' }), /check REDIS_SENTINEL_NAME/);
  });
});

describe('a server that does not know AUTH', () => {
  it('repeats the password, which the log does not', async () => {
    const server = await RedisServer.startWith({ directives: ['rename-command AUTH ""'] });
    const node = { host: '127.0.0.1', port: server.port };
    const service = await startService({
      store: {
        driver: 'redis',
        ...redisOptions({ topology: { mode: 'standalone', node, db: 0 }, ...STORE_USER }),
      },
    });
    try {
      const lines = (): string => service.logLines().join('\n');
      await until(() => lines().includes("unknown command 'auth'"));
      expect((await service.client().get(CONVERSATIONS)).status).toBe(503);
      expect(lines()).not.toMatch(SECRETS);
    } finally {
      await service.close();
      await server.stop();
    }
  });
});

describe('a cluster that is not whole', () => {
  it('is in the log, though ioredis emits no error', async () => {
    const cluster = topologies.cluster.plain;
    for (const server of cluster.servers) {
      await cluster.ask(server, 'CLUSTER', 'DELSLOTS', '0');
      const state = (): Promise<string> => cluster.ask(server, 'CLUSTER', 'INFO');
      await until(async () => (await state()).includes('cluster_state:fail'));
    }
    await expectRefusal(cluster, {}, /The Redis cluster answers and is not ready/);
  });
});
