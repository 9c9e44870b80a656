import { setTimeout as letLoadRun } from 'node:timers/promises';
import type { PostgresServer } from '../support/postgres-server.js';
import { until, type RedisServer } from '../support/redis-server.js';
import type { Ledger } from './ledger.js';
import { repeatFor, type Clients, type Nemesis } from './nemesis.js';
import type { ReplicatedPostgres } from './postgres-replication.js';
import type { ServerProcess } from './process-nemeses.js';
import type { ServicePair } from './service-pair.js';
import { textsInPostgres } from './stored-texts.js';

/** Milliseconds in which every process has flushed what it wrote. */
const FLUSH_MS = 1_500;

/** Milliseconds after which all is answered that a server had done before it died. */
const ANSWERED_MS = 2_000;

/** Ends PostgreSQL with SIGKILL. What is in Redis is served all the time. */
export function killRecord(server: ServerProcess): Nemesis {
  return {
    name: 'tiered: PostgreSQL: kill -9, restart',
    causes: [],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        await server.kill();
        await Promise.all([clients.areServed(), letLoadRun(forMs / 4)]);
        await server.run();
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Ends one of all processes after the other with SIGKILL, in any order and at any moment, until enough is done. */
export function killAnything(
  pair: ServicePair,
  servers: readonly ServerProcess[],
  isEnough: () => boolean,
): Nemesis {
  return {
    name: 'tiered: kill -9 of a service, Redis and PostgreSQL in turn',
    causes: ['refused', 'unknown'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      const strike = async (victim: number): Promise<void> => {
        await letLoadRun(Math.random() * 1_000);
        const server = servers[victim];
        if (server) {
          await server.kill();
          await letLoadRun(Math.random() * 500);
          await server.run();
        } else {
          await pair.kill(victim - servers.length);
          await pair.replace(victim - servers.length);
        }
        strikes++;
        await clients.areServed();
      };
      await repeatFor(forMs, async () => {
        const victims = [...Array(servers.length + pair.services.length).keys()];
        for (const victim of victims.sort(() => Math.random() - 0.5)) await strike(victim);
      });
      while (!isEnough()) await strike(Math.floor(Math.random() * (servers.length + 2)));
      return strikes;
    },
  };
}

/**
 * Puts an earlier copy of Redis, or nothing, in the place of its data, once PostgreSQL has what was written
 * since. What only Redis had is lost by that: its clients are told so, and send it again with its key.
 */
export function setRedisBack(
  pair: ServicePair,
  redis: RedisServer,
  postgres: PostgresServer,
  how: 'copy' | 'empty',
  ledger: () => Ledger,
): Nemesis {
  const name = how === 'copy' ? 'an earlier copy of Redis' : 'an empty Redis';
  return {
    name: `tiered: ${name}`,
    causes: ['refused'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        redis.copyData();
        await runAndFlush(clients);
        await redis.kill();
        await clients.meet('refused');
        // The other process may still be answering what it had done before.
        await letLoadRun(ANSWERED_MS);
        const saved = await textsInPostgres(postgres);
        ledger().forget(new Set([...saved.values()].flat()));
        if (how === 'copy') redis.restoreData();
        else redis.removeData();
        await untilNoticed(pair, 'Redis', () => redis.run());
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Puts an earlier copy of PostgreSQL in its place. Redis still has all that was written since. */
export function setPostgresBack(pair: ServicePair, postgres: PostgresServer): Nemesis {
  return {
    name: 'tiered: an earlier copy of PostgreSQL',
    causes: [],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        await postgres.copyData();
        await runAndFlush(clients);
        await untilNoticed(pair, 'PostgreSQL', () => postgres.restoreData());
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Makes a standby the primary that does not have the last commits. Redis still has what was in them. */
export function failOverToLateStandby(pair: ServicePair, postgres: ReplicatedPostgres): Nemesis {
  return {
    name: 'tiered: fail-over to an asynchronous standby of PostgreSQL that is behind',
    causes: [],
    strike: async (forMs, clients) => {
      const primaries = new Set([postgres.primary]);
      await repeatFor(forMs, async () => {
        await postgres.holdStandbyBack();
        await runAndFlush(clients);
        await untilNoticed(pair, 'PostgreSQL', () => postgres.failOver());
        primaries.add(postgres.primary);
        await clients.areServed();
      });
      return primaries.size - 1;
    },
  };
}

/** Lets the act happen, and waits until a process has found out what the tier has lost by it. */
async function untilNoticed(
  pair: ServicePair,
  tier: 'Redis' | 'PostgreSQL',
  act: () => Promise<void>,
): Promise<void> {
  const notices = (): number =>
    pair.services.reduce(
      (sum, { output }) => sum + output.split(`${tier} has lost changes`).length - 1,
      0,
    );
  const before = notices();
  await act();
  await until(() => notices() > before).catch(() => {
    throw new Error(`Nobody has noticed that ${tier} went back:\n${pair.latestLogs()}`);
  });
}

async function runAndFlush(clients: Clients): Promise<void> {
  await clients.areServed();
  await letLoadRun(2 * FLUSH_MS);
  await clients.areServed();
}
