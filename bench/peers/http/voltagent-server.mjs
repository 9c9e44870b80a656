import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { InMemoryStorageAdapter, Memory, VoltAgent } from '@voltagent/core';
import { honoServer } from '@voltagent/server-hono';

// It fetches announcements when it starts, and no setting prevents that.
globalThis.fetch = () => Promise.reject(new Error('There is no network.'));

const voltAgent = new VoltAgent({
  agents: {},
  memory: new Memory({ storage: new InMemoryStorageAdapter() }),
  server: honoServer({ port: Number(process.env['PORT']), hostname: '127.0.0.1' }),
  checkDependencies: false,
});
await voltAgent.ready;
while (!voltAgent.getServerInstance()?.isRunning()) await delay(10);
process.stdout.write('Listening on\n');
