import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '../support/postgres-server.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { runUnderFault } from './fault-run.js';
import { FAULT_TEST_MS, type Nemesis } from './nemesis.js';
import { cutConnections, delayReplies, dropReplies, stallConnections } from './network-nemeses.js';
import { postgresScene, startPairOn, TIMEOUT_MS } from './postgres-scene.js';
import type { ServicePair } from './service-pair.js';

let server: PostgresServer;
let proxy: TcpFaultProxy;
let pair: ServicePair;

beforeAll(async () => {
  server = await PostgresServer.start();
  proxy = await TcpFaultProxy.start(server.port);
  pair = await startPairOn(proxy.urlInPlaceOf(server.url));
}, FAULT_TEST_MS);
afterAll(async () => {
  await pair.stop();
  await proxy.stop();
  await server.stop();
});

/** The only column of a statement that writes: its reply is sent when it has been committed. */
const isWritten = (reply: Buffer): boolean => reply.includes('written\0');

describe('a bad network between the service and PostgreSQL', () => {
  const nemeses: [string, boolean, () => Nemesis][] = [
    ['loses replies after COMMIT', true, () => dropReplies(proxy, isWritten)],
    ['cuts connections', false, () => cutConnections(proxy)],
    ['stalls, and delivers late', false, () => stallConnections(proxy, ['refused'])],
    ['delays replies', false, () => delayReplies(proxy, TIMEOUT_MS, 'failed')],
  ];
  it.each(nemeses)(
    '%s, and both processes keep their word',
    async (_, leavesAppliedWrites, nemesis) => {
      const scene = postgresScene(pair, () => server);
      const { unknownStored } = await runUnderFault(scene, withPrefix(nemesis()));
      if (leavesAppliedWrites) expect(unknownStored).toBeGreaterThan(0);
    },
    FAULT_TEST_MS,
  );
});

function withPrefix(nemesis: Nemesis): Nemesis {
  return { ...nemesis, name: `PostgreSQL: ${nemesis.name}` };
}
