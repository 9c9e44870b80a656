import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RedisServer } from './redis-server.js';

describe('the server of a test', () => {
  it.each([
    ['a password', (socket: Socket) => socket.end('-NOAUTH Authentication required.\r\n')],
    ['TLS', (socket: Socket) => socket.destroy()],
  ])('is not another one on the same port that wants %s', async (_, refuse) => {
    const server = await RedisServer.start();
    await server.kill();
    const other = createServer(refuse).listen(server.port, '127.0.0.1');
    await once(other, 'listening');
    try {
      await expect(server.run()).rejects.toThrow('redis-server ended with 1.');
    } finally {
      other.close();
      await server.stop();
    }
  });
});
