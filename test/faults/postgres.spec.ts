import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { PostgresServer } from '../support/postgres-server.js';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS, type Nemesis } from './nemesis.js';
import {
  forbidWrites,
  refuseConnections,
  refuseSpace,
  serialize,
  terminateSessions,
} from './postgres-nemeses.js';
import { postgresScene, startPairOn } from './postgres-scene.js';
import { freeze, killAndRestart } from './process-nemeses.js';
import { killProcess } from './service-nemeses.js';
import type { ServicePair } from './service-pair.js';

/** A change loads before it writes: few have their write on its way when the server stops. */
const FREEZE = { name: 'PostgreSQL: SIGSTOP, SIGCONT', causes: ['refused'] } as const;

let server: PostgresServer;
let pair: ServicePair;

beforeAll(async () => {
  server = await PostgresServer.start();
  pair = await startPairOn(server.url);
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await server.stop();
});

describe('one PostgreSQL, and two processes of the service', () => {
  const nemeses: [string, () => Nemesis][] = [
    ['kill -9 and a restart', () => killAndRestart(server, 'PostgreSQL: kill -9, restart')],
    ['SIGSTOP and SIGCONT', () => freeze(server, FREEZE)],
    ['a server that takes no writes', () => forbidWrites(server)],
    ['a full disk', () => refuseSpace(server)],
    ['sessions that are terminated', () => terminateSessions(server)],
    ['too many connections', () => refuseConnections(server)],
    ['serialization failures', () => serialize(server)],
    ['the death of a process of the service', () => killProcess(pair)],
  ];
  it.each(nemeses)(
    'keep their word through %s',
    async (_, nemesis) => {
      await runUnderFault(
        postgresScene(pair, () => server),
        nemesis(),
      );
    },
    FAULT_TEST_MS,
  );
});
