import type { PostgresServer } from '../../test/support/postgres-server.js';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { startOnPostgres, startPinnedPostgres } from '../load/pinned-postgres.js';
import { PinnedService } from '../load/pinned-service.js';

/** They share a processor; their databases and the generator of the load share the other one. */
export interface TierServers {
  readonly onPostgres: ServiceProcess;
  /** On the same tables as `onPostgres`. It creates nothing. */
  readonly bare: ServiceProcess;
  readonly onRedis: ServiceProcess;
  readonly postgres: PostgresServer;
}

/** Starts them all. They end with the work, whether it succeeds or fails. */
export async function withTierServers(
  work: (servers: TierServers) => Promise<void>,
): Promise<void> {
  const running: { stop(): Promise<unknown> }[] = [];
  const start = async <T extends { stop(): Promise<unknown> }>(
    starting: Promise<T>,
  ): Promise<T> => {
    const server = await starting;
    running.unshift(server);
    return server;
  };
  try {
    const postgres = await start(startPinnedPostgres());
    const onPostgres = await start(startOnPostgres(postgres));
    const bare = await start(startOnPostgres(postgres, { script: 'bench/tiers/bare-server.mjs' }));
    const { process: onRedis } = await start(PinnedService.start());
    await work({ onPostgres, bare, onRedis, postgres });
  } finally {
    for (const server of running) await server.stop();
  }
}
