import {
  connect as connectSocket,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AbstractConnector, Cluster, Redis } from 'ioredis';
import {
  bytesReceivedFrom,
  clearSocketTimeoutOnClose,
  failedConnection,
  isUnspecific,
  nodeErrorIn,
  onFailedClusterCheck,
  passwordReadBy,
  primaryNameOfSlot,
  SentinelConnectorWithOptions,
  sentinelErrorIn,
  stableMessageOf,
  UNSENT_MESSAGES,
} from './ioredis-internals.js';

const INFO = 'loading:0';

/** Against the real ioredis and a server that answers as the test says: no mock would notice a change. */
describe('what the service uses of ioredis 5 beyond its documentation', () => {
  let server: Server;
  let port: number;
  let commands: string[];
  /** The reply to a command, in RESP; undefined sends none. */
  let reply: (command: string) => string | undefined;
  let close: (() => void)[];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    commands = [];
    close = [];
    reply = () => '+OK\r\n';
    server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        for (const command of chunk.split(/\*\d+\r\n/).slice(1)) {
          const words = command.split('\r\n').filter((_, i) => i % 2 === 1);
          commands.push(words.join(' ').toLowerCase());
          const text = reply(words.join(' ').toLowerCase());
          if (text !== undefined) socket.write(text);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const end of close) end();
    for (const socket of sockets.splice(0)) socket.destroy();
    server.close();
  });

  function redis(options: object = {}): Redis {
    const client = new Redis({ port, lazyConnect: true, enableReadyCheck: false, ...options });
    close.push(() => client.disconnect());
    return client.on('error', () => undefined);
  }

  function cluster(): Cluster {
    const client = new Cluster([{ host: '127.0.0.1', port }], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: () => null,
      redisOptions: { maxRetriesPerRequest: 0 },
    });
    close.push(() => client.disconnect());
    return client;
  }

  function clusterReply(state: string): (command: string) => string {
    return (command) => {
      if (command === 'cluster slots') {
        return `*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:${port}\r\n`;
      }
      if (command === 'cluster info') return bulk(`cluster_state:${state}`);
      return command === 'info' ? bulk(INFO) : '+OK\r\n';
    };
  }

  it('Redis#socketTimeoutTimer is the timer of the option socketTimeout', async () => {
    const client = redis({ socketTimeout: 60_000, retryStrategy: () => null });
    const internals = client as unknown as { socketTimeoutTimer: unknown };
    clearSocketTimeoutOnClose(client);
    await client.connect();
    reply = () => undefined;
    const lost = expect(client.ping()).rejects.toThrow();
    expect(internals.socketTimeoutTimer).toBeDefined();
    for (const socket of sockets) socket.destroy();
    await lost;
    expect(client.status).toBe('end');
    expect(internals.socketTimeoutTimer).toBeUndefined();
  });

  it('Redis#stream is the socket, which counts the bytes received', async () => {
    const client = redis({ disableClientInfo: true });
    expect(bytesReceivedFrom(client)).toBeUndefined();
    await client.connect();
    const before = bytesReceivedFrom(client) as number;
    await client.ping();
    expect(bytesReceivedFrom(client)).toBe(before + '+OK\r\n'.length);
  });

  it('Cluster#slots has the name of the primary of each slot', async () => {
    reply = clusterReply('ok');
    const client = cluster();
    expect(primaryNameOfSlot(client, 5)).toBe('');
    await client.connect();
    expect(primaryNameOfSlot(client, 5)).toBe(`127.0.0.1:${port}`);
  });

  it('a cluster that fails its check is connected and closed, and never ready', async () => {
    reply = clusterReply('fail');
    const client = cluster();
    const failed = jest.fn();
    onFailedClusterCheck(client, failed);
    const ended = new Promise((resolve) => client.once('end', resolve));
    client.connect().catch(() => undefined);
    await ended;
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it('SentinelConnector#connectToSentinel takes the options of the connections to sentinels', async () => {
    reply = (command) =>
      command.startsWith('sentinel get-master-addr-by-name')
        ? `*2\r\n${bulk('127.0.0.1')}${bulk(String(port))}`
        : '+OK\r\n';
    const sentinels = [{ host: '127.0.0.1', port }];
    const connector = new SentinelConnectorWithOptions(
      { sentinels, name: 'main', role: 'master' },
      { connectionName: 'marked' },
    );
    const stream = await connector.connect(() => undefined);
    stream.destroy();
    expect(commands).toContain('client setname marked');
  });

  it('an error without sentinels ends with the error of the last one', async () => {
    reply = () => '-WRONGPASS no\r\n';
    const sentinels = [{ host: '127.0.0.1', port }];
    const client = redis({ sentinels, name: 'main', sentinelRetryStrategy: () => 1 });
    const error = await new Promise<Error>((resolve) => {
      client.once('error', resolve);
      client.connect().catch(() => undefined);
    });
    client.disconnect();
    expect([isUnspecific(error), sentinelErrorIn(error)?.message]).toEqual([true, 'WRONGPASS no']);
    expect(stableMessageOf(error.message)).toBe(
      'All sentinels are unreachable. Last error: WRONGPASS no',
    );
  });

  it('an error without a node of a cluster has the error of the last one', async () => {
    reply = () => '-NOAUTH no\r\n';
    const client = cluster();
    const errors: Error[] = [];
    client.on('error', (error: Error) => errors.push(error));
    await client.connect().catch(() => undefined);
    const [error = new Error()] = errors;
    expect([isUnspecific(error), nodeErrorIn(error)?.message]).toEqual([true, 'NOAUTH no']);
  });

  it('a command that is rejected unsent says so, in these words', async () => {
    const messages: string[] = [];
    const clients = [redis({ enableOfflineQueue: false }), cluster().on('error', () => undefined)];
    for (const client of clients) {
      await client.ping().catch((error: unknown) => messages.push((error as Error).message));
    }
    expect(new Set(messages)).toEqual(UNSENT_MESSAGES);
  });

  it('a password that is read anew for every connection, and for the copies of a client', async () => {
    let read = 0;
    const password = passwordReadBy(() => `token-${++read}`);
    const client = redis({ username: 'u', password, retryStrategy: () => 1 });
    await client.connect();
    client.disconnect(true);
    await new Promise<void>((resolve) => client.once('ready', () => resolve()));
    const copy = client.duplicate();
    close.push(() => copy.disconnect());
    await copy.connect();
    const auths = commands.filter((command) => command.startsWith('auth'));
    expect(auths).toEqual(['auth u token-1', 'auth u token-2', 'auth u token-3']);
  });

  it('a connection that could not be opened is tried again, and says why', async () => {
    let attempts = 0;
    class Connector extends AbstractConnector {
      constructor() {
        super(0);
      }

      connect(): Promise<Socket> {
        if (++attempts < 3) return Promise.resolve(failedConnection(this, new Error('no token')));
        return Promise.resolve((this.stream = connectSocket(port, '127.0.0.1')));
      }
    }
    const errors: string[] = [];
    const client = redis({ Connector, retryStrategy: () => 1 });
    client.on('error', ({ message }: Error) => errors.push(message));
    await client.connect().catch(() => undefined);
    await new Promise<void>((resolve) => client.once('ready', () => resolve()));
    expect(errors).toEqual(['no token', 'no token']);
  });
});

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
