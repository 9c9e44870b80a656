import { connect, type Socket } from 'node:net';
import { afterEach, it } from '@jest/globals';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';

/** More than the 511 of Node's default. Linux allows 4,096, unless it was told otherwise. */
const CLIENTS = 600;

let service: ServiceProcess | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await service?.stop('SIGKILL');
});

it('clients connect while the service is busy, as many as it would accept', async () => {
  service = await ServiceProcess.start({ STORE_DRIVER: 'memory' });
  service.freeze();
  let connected = 0;
  for (let i = 0; i < CLIENTS; i++) {
    const socket = connect(service.port, '127.0.0.1', () => connected++);
    sockets.push(socket.on('error', () => undefined));
  }
  await until(() => connected === CLIENTS);
});
