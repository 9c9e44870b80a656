import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';
import { batchWrites } from './batch-writes.js';
import { failedConnection, SentinelConnectorWithOptions } from './ioredis-internals.js';
import { reportFailures, type ReportFailure } from './socket-failure.js';

/** The option of ioredis that replaces its own connectors. */
type ConnectorOption = Required<Pick<RedisOptions, 'Connector'>>;

/** What a connection waits for before it is opened: a token. Without it the attempt fails. */
export type Prepared = () => Promise<undefined>;

/**
 * Connectors that report why a connection failed. They replace ioredis' own for two reasons. ioredis
 * reports no cause for the connections by which it finds the nodes of a cluster or queries a
 * sentinel. And ioredis listens only to the first error of a connection (redis/ioredis#961): a TLS
 * connection may have two, and the second one would end the process.
 */
export function reportingConnector(
  report: ReportFailure,
  prepared: Prepared = alwaysPrepared,
): ConnectorOption {
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
      const failure = await prepared().catch((error: unknown) => error as Error);
      if (this.wasClosed()) throw new Error(CLOSED);
      if (failure) return refuse(this, failure, report);
      const socket = tls ? connectTls({ ...address, ...tls }) : connectPlain(address);
      this.stream = socket;
      return prepare(socket, tls, report);
    }

    private wasClosed(): boolean {
      return !this.connecting;
    }
  }
  return { Connector: Connector as ConnectorOption['Connector'] };
}

/** The same for a primary that sentinels name, and for the connections to these sentinels. */
export function reportingSentinelConnector(
  report: ReportFailure,
  prepared: Prepared = alwaysPrepared,
): ConnectorOption {
  const toSentinels = reportingConnector(report);

  class Connector extends SentinelConnectorWithOptions {
    constructor(options: RedisOptions) {
      super(options, toSentinels);
    }

    override async connect(emit: (type: string, error: Error) => void): Promise<Socket> {
      this.connecting = true;
      const failure = await prepared().catch((error: unknown) => error as Error);
      if (this.wasClosed()) throw new Error(CLOSED);
      if (failure) return refuse(this, failure, report);
      return prepare(await super.connect(emit), this.options.tls, report);
    }

    private wasClosed(): boolean {
      return !this.connecting;
    }
  }
  return { Connector: Connector as ConnectorOption['Connector'] };
}

const CLOSED = 'The client was closed before it had connected.';

const alwaysPrepared: Prepared = () => Promise.resolve(undefined);

function refuse(connector: AbstractConnector, failure: Error, report: ReportFailure): Socket {
  report(failure);
  return failedConnection(connector, failure);
}

function prepare(
  socket: Socket,
  tls: ConnectionOptions | undefined,
  report: ReportFailure,
): Socket {
  batchWrites(socket);
  reportFailures(socket, tls, report);
  return socket;
}
