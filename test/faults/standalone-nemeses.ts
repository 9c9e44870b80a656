import { setTimeout as letLoadRun } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { until, type RedisServer } from '../support/redis-server.js';
import { repeatFor, type Nemesis } from './nemesis.js';
import { infoField, withRedis } from './server-questions.js';

/** EVALs under load: each follows a NOSCRIPT. */
const EVALS = 20;

/** Takes the scripts away all the time. */
export function flushScripts(server: RedisServer): Nemesis {
  return {
    name: 'SCRIPT FLUSH under load',
    causes: [],
    strike: (forMs) =>
      withRedis(server, async (redis) => {
        const evals = async (): Promise<number> => {
          const stats = await redis.info('commandstats');
          return Number(/^cmdstat_eval:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
        };
        const before = await evals();
        await repeatFor(forMs, () =>
          until(async () => {
            await redis.script('FLUSH');
            return (await evals()) >= before + EVALS;
          }),
        );
        return (await evals()) - before;
      }),
  };
}

/** Lets the writes fill the memory, and gives more once Redis has refused some. */
export function fillMemory(server: RedisServer): Nemesis {
  return {
    name: 'maxmemory, noeviction',
    causes: ['refused'],
    strike: (forMs, clients) =>
      withRedis(server, async (redis) => {
        const refusals = async (): Promise<number> =>
          Number((await infoField(server, 'errorstats', 'errorstat_OOM')).split('=')[1] ?? 0);
        const before = await refusals();
        await repeatFor(forMs, async () => {
          const known = await refusals();
          const used = Number(await infoField(server, 'memory', 'used_memory'));
          await redis.config('SET', 'maxmemory', used + 32 * 1024);
          await until(async () => (await refusals()) > known);
          await clients.meet('refused');
          await redis.config('SET', 'maxmemory', 0);
          await clients.areServed();
        });
        return (await refusals()) - before;
      }),
  };
}

/** Makes the primary a replica of nobody that is there: it keeps its data and takes no writes. */
export function turnIntoReplica(server: RedisServer): Nemesis {
  return {
    name: 'primary turned read-only replica',
    causes: ['refused'],
    strike: (forMs, clients) =>
      withRedis(server, async (redis) => {
        let strikes = 0;
        await repeatFor(forMs, async () => {
          await redis.replicaof('127.0.0.1', 1);
          if ((await infoField(server, 'replication', 'role')) === 'slave') strikes++;
          await clients.meet('refused');
          await redis.replicaof('NO', 'ONE');
          await clients.areServed();
        });
        return strikes;
      }),
  };
}

/** Restarts the server with a password that the service does not know, and again without. */
export function changePassword(server: RedisServer): Nemesis {
  return {
    name: 'wrong password after restart',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      await restartWithPassword(server, 'another one');
      const redis = new Redis(server.port);
      redis.on('error', () => undefined);
      const denial = await redis.ping().then(String, String);
      redis.disconnect();
      await Promise.all([clients.meet('refused'), letLoadRun(forMs)]);
      await restartWithPassword(server, '', 'another one');
      return denial.includes('NOAUTH') ? 1 : 0;
    },
  };
}

async function restartWithPassword(
  server: RedisServer,
  password: string,
  former = '',
): Promise<void> {
  const redis = new Redis(server.port, former ? { password: former } : {});
  try {
    await redis.config('SET', 'requirepass', password);
    await redis.config('REWRITE');
  } finally {
    redis.disconnect();
  }
  await server.kill();
  await server.run();
}
