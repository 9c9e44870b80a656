import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, SentinelConnector, type Redis, type RedisOptions } from 'ioredis';

/** What a connection has come to: what is wrong with it, or undefined when nothing is. */
export type ConnectionReport = (trouble: Error | undefined) => void;

/** It was reached, and has said nothing that could be understood: with TLS, not even that it has it. */
export class UnansweredError extends Error {
  constructor(readonly tls: boolean) {
    super('Reached, and not answered.');
  }
}

type Connectors = Required<Pick<RedisOptions, 'Connector'>>;

/**
 * Makes the connections in the place of ioredis' own connectors, for two reasons. ioredis keeps to
 * itself why the connections failed by which it finds a cluster's nodes or asks a sentinel. And it
 * listens to the first error of a connection only (redis/ioredis#961): TLS may have two, of which
 * the second would end the process.
 */
export function watchedConnectors(report: ConnectionReport): Connectors {
  class Connector extends AbstractConnector {
    constructor(private readonly options: RedisOptions) {
      super(options.disconnectTimeout ?? 0);
    }

    async connect(): Promise<Socket> {
      const { host, port, family, tls } = this.options;
      const address = {
        host: host ?? 'localhost',
        port: port ?? 6379,
        ...(family != null && { family }),
      };
      this.connecting = true;
      const stream = tls ? connectTls({ ...address, ...tls }) : connectPlain(address);
      this.stream = stream;
      return watch(stream, tls, report);
    }
  }
  return { Connector: Connector as Connectors['Connector'] };
}

/** The same for a primary that sentinels tell of, and for the connections to those. */
export function watchedSentinelConnectors(report: ConnectionReport): Connectors {
  const ofSentinels = watchedConnectors(report);

  class Connector extends SentinelConnector {
    constructor(options: RedisOptions) {
      super(options);
      const asking = this as unknown as { connectToSentinel: ConnectToSentinel };
      const ask = asking.connectToSentinel.bind(this);
      asking.connectToSentinel = (endpoint, more) => ask(endpoint, { ...more, ...ofSentinels });
    }

    override async connect(emit: (type: string, error: Error) => void): Promise<Socket> {
      return watch(await super.connect(emit), this.options.tls, report);
    }
  }
  return { Connector: Connector as Connectors['Connector'] };
}

type ConnectToSentinel = (endpoint: unknown, options?: RedisOptions) => Redis;

/** Commands that are sent in one piece at most: Redis begins with them while more are made. */
const GATHERED = 8;

/**
 * Sends what is written in one turn of the event loop in few pieces: a system call for each command
 * costs more than the command.
 */
function gatherWrites(stream: Socket): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let gathered = 0;
  const send = (): void => {
    gathered = 0;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (gathered++ === 0) {
      stream.cork();
      setImmediate(() => gathered > 0 && send());
    }
    const isTaken = write(...args);
    if (gathered === GATHERED) send();
    return isTaken;
  };
}

function watch(
  stream: Socket,
  tls: ConnectionOptions | undefined,
  report: ConnectionReport,
): Socket {
  gatherWrites(stream);
  let isOpen = false;
  let isAnswered = false;
  const answered = (): void => {
    isAnswered = true;
    report(undefined);
  };
  stream.once('connect', () => {
    isOpen = true;
    report(new UnansweredError(tls !== undefined));
    if (!tls) stream.once('data', answered);
  });
  stream.once('secureConnect', answered);
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A connection that is reset before it was of use says no more than one that is closed.
    const isMere = error.code === 'ECONNRESET' || error.code === 'EPIPE';
    if (!isMere || !isOpen || isAnswered) report(error);
  });
  return stream;
}
