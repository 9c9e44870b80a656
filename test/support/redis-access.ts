import type { RedisStoreOptions } from 'conversation-store';
import { RedisServer } from './redis-server.js';
import { CERTIFIED_NAME, TestCertificates } from './test-certificates.js';

export interface RedisUser {
  readonly username: string;
  readonly password: string;
}

/** With what URLs, shells and configuration files trip over. */
export const STORE_USER: RedisUser = {
  username: 'store',
  password: 'p@ss:w%2Frd/#$&?of-the-store',
};
const SENTINEL_USER: RedisUser = {
  username: 'watcher',
  password: 'p@ss:w%2Frd/#$&?of-the-sentinel',
};

/** A replica gets its data when it asks; by default it waits five seconds for others to join. */
const DIRECTIVES = ['save ""', 'repl-diskless-sync-delay 0'];

/** Who may talk to the servers of a topology, and how: what each side of a connection is told. */
export interface RedisAccess {
  /** Starts a server with these lines in its redis.conf. */
  start(...directives: string[]): Promise<RedisServer>;
  startSentinel(...directives: string[]): Promise<RedisServer>;
  readonly client: Pick<RedisStoreOptions, 'username' | 'password' | 'tls'>;
  readonly sentinelClient: Partial<RedisUser>;
  /** Arguments for redis-cli. */
  readonly cli: readonly string[];
  /** Of those that speak TLS. */
  readonly certificates?: TestCertificates;
}

/** In the clear, for everyone; but the sentinels, where there are any, want a password. */
export function openAccess(): RedisAccess {
  const { password } = SENTINEL_USER;
  return {
    start: (...more) => RedisServer.startWith({ directives: [...DIRECTIVES, ...more] }),
    startSentinel: (...more) =>
      RedisServer.startWith({
        directives: [...more, `requirepass ${password}`],
        args: ['--sentinel'],
      }),
    client: {},
    sentinelClient: { password },
    cli: [],
  };
}

/** TLS on every connection, the servers' own too, and one user to each kind of server. */
export function securedAccess(): RedisAccess {
  const certificates = new TestCertificates();
  const tls = [
    `tls-cert-file ${certificates.certificateFile}`,
    `tls-key-file ${certificates.keyFile}`,
    `tls-ca-cert-file ${certificates.authorityFile}`,
    'tls-auth-clients no',
    'tls-replication yes',
  ];
  const { username, password } = STORE_USER;
  const servers = [
    ...DIRECTIVES,
    ...tls,
    'tls-cluster yes',
    ...[`masteruser ${username}`, `masterauth ${password}`],
    ...onlyUser(STORE_USER),
  ];
  // Sentinels have had users of their own since Redis 6.2.
  const sentinels = [...tls, ...onlyUser(SENTINEL_USER)];
  const watching = [`sentinel auth-user main ${username}`, `sentinel auth-pass main ${password}`];
  return {
    start: (...more) => RedisServer.startWith({ directives: [...servers, ...more], tls: true }),
    startSentinel: (...more) =>
      RedisServer.startWith({
        directives: [...sentinels, ...more, ...watching],
        tls: true,
        args: ['--sentinel'],
      }),
    client: {
      ...STORE_USER,
      tls: { ca: certificates.authority, servername: CERTIFIED_NAME },
    },
    sentinelClient: SENTINEL_USER,
    cli: [
      ...['--tls', '--cacert', certificates.authorityFile],
      ...['--user', username, '--pass', password],
    ],
    certificates,
  };
}

function onlyUser({ username, password }: RedisUser): string[] {
  return [`user ${username} on >${password} ~* &* +@all`, 'user default off'];
}
