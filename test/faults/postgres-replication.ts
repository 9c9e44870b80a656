import { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { repeatFor, type Nemesis } from './nemesis.js';

/**
 * A primary, a standby that has each commit before it is acknowledged, or some time after, and an address that
 * leads to the primary.
 */
export class ReplicatedPostgres {
  private constructor(
    private readonly address: TcpFaultProxy,
    private current: PostgresServer,
    private standby: PostgresServer,
    private readonly follow: (primary: PostgresServer) => Promise<PostgresServer>,
  ) {}

  static async start(isSynchronous = true): Promise<ReplicatedPostgres> {
    const primary = await PostgresServer.start();
    const address = await TcpFaultProxy.start(primary.port);
    const follow = isSynchronous ? followSynchronously : followLater;
    return new ReplicatedPostgres(address, primary, await follow(primary), follow);
  }

  get primary(): PostgresServer {
    return this.current;
  }

  get url(): string {
    return this.address.urlInPlaceOf(this.current.url);
  }

  /** Ends the primary with SIGKILL, and makes its standby the primary; a new standby follows that. */
  async failOver(): Promise<void> {
    const former = this.current;
    await former.kill();
    this.current = this.standby;
    await this.current.promote();
    this.address.leadTo(this.current.port);
    await former.stop();
    this.standby = await this.follow(this.current);
  }

  /** The standby gets nothing of what the primary commits from now on, until it is promoted. */
  async holdStandbyBack(): Promise<void> {
    await this.standby.set({ primary_conninfo: '' });
    await until(async () => {
      const followers = await this.current.query('SELECT 1 FROM pg_stat_replication');
      return followers.length === 0;
    });
  }

  async stop(): Promise<void> {
    await this.address.stop();
    // A primary waits at its end for a standby that is there.
    await this.standby.stop();
    await this.current.stop();
  }
}

export function failOver(postgres: ReplicatedPostgres): Nemesis {
  return {
    name: 'PostgreSQL: fail-over to a synchronous standby',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      const primaries = new Set([postgres.primary]);
      await repeatFor(forMs, async () => {
        await Promise.all([clients.meet('refused'), postgres.failOver()]);
        primaries.add(postgres.primary);
        await clients.areServed();
      });
      return primaries.size - 1;
    },
  };
}

/** Starts a standby. From its return on, the primary acknowledges no commit that the standby does not have. */
async function followSynchronously(primary: PostgresServer): Promise<PostgresServer> {
  const standby = await PostgresServer.startStandby(primary);
  // After the copy: the standby, once promoted, must not wait for one that it does not have.
  await primary.set({ synchronous_standby_names: '*' });
  await until(async () => {
    const rows = await primary.query(
      "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'",
    );
    return rows.length === 1;
  });
  return standby;
}

/** Starts a standby for which the primary waits in nothing. */
function followLater(primary: PostgresServer): Promise<PostgresServer> {
  return PostgresServer.startStandby(primary);
}
