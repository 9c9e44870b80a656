import { afterEach, describe, expect, it } from '@jest/globals';
import fastify from 'fastify';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { ConnectionLimits } from '../config/connection-limits.js';
import { AdmissionServer } from './admission-server.js';

const LIMITS: ConnectionLimits = {
  connections: 100,
  headersMs: 10_000,
  requestMs: 30_000,
  stalledMs: 30_000,
};
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';

let server: Server | undefined;

/** Listens with these limits; the handler is what Fastify would be. */
async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  limits: Partial<ConnectionLimits> = {},
): Promise<Server> {
  const admission = new AdmissionServer({ ...LIMITS, ...limits });
  server = admission.createServer(handler, {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function open(to: Server): Socket {
  const socket = connect((to.address() as AddressInfo).port, '127.0.0.1');
  return socket.on('error', () => undefined);
}

async function closed(socket: Socket): Promise<void> {
  socket.resume();
  await until(() => socket.closed);
}

async function text(socket: Socket, end: string): Promise<string> {
  let received = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received += String(chunk);
    if (received.endsWith(end)) return received;
  }
  return received;
}

afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

it('makes a server with the settings that Fastify gives its own', async () => {
  const settings = { keepAliveTimeout: 5_678, connectionTimeout: 9_999 };
  for (const options of [{}, settings]) {
    const plain = fastify(options);
    const { createServer } = new AdmissionServer(LIMITS);
    const admitting = fastify({ ...options, serverFactory: createServer });
    for (const name of ['keepAliveTimeout', 'timeout'] as const) {
      expect([name, admitting.server[name]]).toEqual([name, plain.server[name]]);
    }
    await Promise.all([plain.close(), admitting.close()]);
  }
});

describe('a request behind another one on its connection', () => {
  it('waits until the answer before it has been sent, and is answered in its order', async () => {
    const begun: ServerResponse[] = [];
    const to = await listen((request, response) => {
      begun.push(response);
      if (request.method === 'POST') request.on('data', (chunk) => response.write(chunk));
      else request.resume();
    });
    const socket = open(to);
    socket.write(GET + POST + GET);
    const answers = text(socket, '0\r\n\r\n');
    const [connection] = (await once(to, 'connection')) as [Socket];
    await once(to, 'request');
    expect(begun).toHaveLength(1);
    begun[0]?.end('first');
    await until(() => begun.length === 2);
    expect(connection.writableLength).toBe(0);
    await until(() => begun[1]?.req.readableEnded === true);
    begun[1]?.end();
    expect(await answers).toMatch(/first[^]*hello/);
    await until(() => begun.length === 3);
    begun[2]?.end('third');
    expect(await text(socket, 'third')).toContain('third');
    socket.destroy();
  });

  it('does not run while nobody takes the answer before it: 80 requests hold one answer', async () => {
    let begun = 0;
    const to = await listen((_request, response) => {
      begun++;
      response.end(Buffer.alloc(16 * 1024 * 1024));
    });
    const socket = open(to);
    socket.write(GET.repeat(80));
    const [connection] = (await once(to, 'connection')) as [Socket];
    await until(() => connection.writableLength > 0);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toBe(1);
    expect(connection.writableLength).toBeLessThan(17 * 1024 * 1024);
    socket.destroy();
    await until(() => connection.destroyed);
    expect(begun).toBe(1);
  });

  it('is read no further than needed, and all of 5,000 are answered', async () => {
    let begun = 0;
    const to = await listen((_request, response) => {
      begun++;
      response.end('!');
    });
    const socket = open(to);
    const request = `GET / HTTP/1.1\r\nHost: x\r\nAuthorization: ${'a'.repeat(200)}\r\n\r\n`;
    socket.write(request.repeat(5_000));
    let answered = 0;
    // The last byte of an answer, and no byte of its head.
    socket.on('data', (chunk: Buffer) => (answered += chunk.toString().split('!').length - 1));
    await until(() => answered === 5_000);
    socket.destroy();
    expect(begun).toBe(5_000);
  });

  it('resets its connection when more wait than a client can mean', async () => {
    const to = await listen(() => undefined);
    const socket = open(to);
    socket.write(GET.repeat(2_000));
    await closed(socket);
  });
});

describe('a connection whose client makes no progress', () => {
  it('is reset when it does not take its answer', async () => {
    const to = await listen((_request, response) => response.end(Buffer.alloc(16 * 1024 * 1024)), {
      stalledMs: 200,
    });
    const socket = open(to);
    socket.pause().write(GET);
    const [connection] = (await once(to, 'connection')) as [Socket];
    await until(() => connection.closed);
  });

  it('is reset when it does not send the rest of its body', async () => {
    const to = await listen((request) => request.resume(), { stalledMs: 200 });
    const socket = open(to);
    socket.write(`${CHUNKED}5\r\nhel`);
    await closed(socket);
  });

  it('stays when it waits for the server, or takes its answer slowly', async () => {
    const to = await listen(
      (request, response) => {
        if (request.url === '/slow') response.end(Buffer.alloc(64 * 1024 * 1024));
      },
      { stalledMs: 3_000 },
    );
    const waiting = open(to);
    waiting.write(GET);
    const slow = open(to);
    slow.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    let taken = 0;
    slow.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      slow.pause();
      setTimeout(() => slow.resume(), 15);
    });
    // The kernels hold some megabytes: the client makes progress in steps of that size.
    await until(() => taken > 16 * 1024 * 1024);
    expect([waiting.closed, slow.closed]).toEqual([false, false]);
    waiting.destroy();
    slow.destroy();
  });
});

describe('the limits', () => {
  it('end a head and a chunked body that are late', async () => {
    const to = await listen((request) => request.resume(), { headersMs: 100, requestMs: 300 });
    to.on('clientError', (_error, socket) => socket.destroy());
    const silent = open(to);
    const head = open(to);
    head.write('GET / HTTP/1.1\r\nHo');
    const body = open(to);
    body.write(`${CHUNKED}5\r\nhello\r\n`);
    const trickle = setInterval(() => body.write('1\r\nx\r\n'), 50);
    await Promise.all([silent, head, body].map(closed));
    clearInterval(trickle);
  });

  it('close a connection that is one too many', async () => {
    const to = await listen((_request, response) => response.end('ok'), { connections: 2 });
    const first = [open(to), open(to)];
    await Promise.all(first.map((socket) => once(socket, 'connect')));
    await closed(open(to));
    first[0]?.write(GET);
    expect(await text(first[0] as Socket, 'ok')).toContain('200');
    for (const socket of first) socket.destroy();
  });
});

describe('closeIdleConnections', () => {
  it('closes what has been answered, and nothing whose answer is not taken yet', async () => {
    const to = await listen((request, response) => {
      if (request.url === '/large') response.end(Buffer.alloc(16 * 1024 * 1024));
      else if (request.url !== '/held') response.end('ok');
    });
    const answered = open(to);
    answered.write(GET);
    await text(answered, 'ok');
    const held = open(to);
    const large = open(to);
    const unread = new Promise<Socket>((resolve) => {
      to.on('request', ({ url, socket }: IncomingMessage) => url === '/large' && resolve(socket));
    });
    held.write('GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    large.pause().write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(async () => (await unread).writableLength > 0);
    to.closeIdleConnections();
    await closed(answered);
    expect([held.closed, (await unread).destroyed]).toEqual([false, false]);
    let taken = 0;
    large.on('data', (chunk: Buffer) => (taken += chunk.length)).resume();
    await until(() => taken > 16 * 1024 * 1024);
    held.destroy();
    large.destroy();
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
