import { setTimeout as letLoadRun } from 'node:timers/promises';
import type { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';
import { repeatFor, type Nemesis } from './nemesis.js';

/** The sessions of the service. */
const SESSIONS = "FROM pg_stat_activity WHERE application_name = 'conversation-store'";

/** Serialization failures under load. */
const CONFLICTS = 20;

/** Tells all sessions that they may only read, until clients have met it. */
export function forbidWrites(server: PostgresServer): Nemesis {
  return {
    name: 'default_transaction_read_only',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await repeatFor(forMs, async () => {
        await server.set({ default_transaction_read_only: 'on' });
        await clients.meet('refused');
        await server.set({ default_transaction_read_only: 'off' });
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** No message can be stored: the server says what it says when a disk is full, in the middle of a write. */
export function refuseSpace(server: PostgresServer): Nemesis {
  const inDatabase = (text: string) => server.query(text, 'conversations');
  return {
    name: 'no space for messages (53100)',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      let strikes = 0;
      await inDatabase(
        `CREATE OR REPLACE FUNCTION refuse_space() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$`,
      );
      await repeatFor(forMs, async () => {
        await inDatabase(
          `CREATE TRIGGER full_disk BEFORE INSERT ON messages
           FOR EACH ROW EXECUTE FUNCTION refuse_space()`,
        );
        await clients.meet('refused');
        await inDatabase('DROP TRIGGER full_disk ON messages');
        strikes++;
        await clients.areServed();
      });
      return strikes;
    },
  };
}

/** Ends some sessions of the service all the time, whatever they are doing. */
export function terminateSessions(server: PostgresServer): Nemesis {
  return {
    name: 'pg_terminate_backend',
    causes: ['failed'],
    strike: async (forMs, clients) => {
      let ended = 0;
      await repeatFor(forMs, async () => {
        let hasFailed = false;
        const failed = clients.meet('failed').finally(() => (hasFailed = true));
        await until(async () => {
          const sessions = await server.query(
            `SELECT pg_terminate_backend(pid) ${SESSIONS} ORDER BY random() LIMIT 3`,
          );
          ended += sessions.length;
          return hasFailed;
        });
        await failed;
        await clients.areServed();
      });
      return ended;
    },
  };
}

/** Leaves so few connections to the service that its processes get none, or not enough of them. */
export function refuseConnections(server: PostgresServer): Nemesis {
  return {
    name: 'too many connections (53300)',
    causes: ['refused'],
    strike: async (forMs, clients) => {
      const refusals = (): number => countInLog(server, 'too many connections for role');
      const before = refusals();
      await repeatFor(forMs, async () => {
        for (const limit of [0, 3]) {
          await server.query(`ALTER ROLE store CONNECTION LIMIT ${limit}`);
          await server.query(`SELECT pg_terminate_backend(pid) ${SESSIONS}`);
          await Promise.all([
            clients.meet('refused'),
            // On a busy machine, requests are refused before a connection is: its sessions were terminated.
            until(() => refusals() > before),
            letLoadRun(forMs / 6),
          ]);
        }
        await server.query('ALTER ROLE store CONNECTION LIMIT -1');
        await clients.areServed();
      });
      return refusals() - before;
    },
  };
}

/** Transactions that happen at the same time and touch the same rows fail, and are to be repeated. */
export function serialize(server: PostgresServer): Nemesis {
  return {
    name: 'serialization failures (40001)',
    causes: [],
    strike: async (forMs, clients) => {
      const failures = (): number => countInLog(server, 'could not serialize access');
      const before = failures();
      await server.set({ default_transaction_isolation: 'serializable' });
      await repeatFor(forMs, async () => {
        const known = failures();
        await until(() => failures() >= known + CONFLICTS);
        await clients.areServed();
      });
      await server.set({ default_transaction_isolation: 'read committed' });
      return failures() - before;
    },
  };
}

function countInLog({ log }: PostgresServer, words: string): number {
  return log.split(words).length - 1;
}
