import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import fastify, { type FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { TokenAuthentication } from '../auth/token-authentication.js';
import { acceptJsonOnly } from '../http/json-body.parser.js';
import { RefusalCounts } from '../problems/refusal-counts.js';
import { AdmissionHooks } from './admission-hooks.js';
import { AdmissionServer } from './admission-server.js';
import { BodyBytes } from './body-bytes.js';
import { FairSlots } from './fair-slots.js';
import { OverflowQueue } from './overflow-queue.js';
import { PacedStarts } from './paced-starts.js';
import { UnsentAnswers } from './unsent-answers.js';

const MIB = 1024 * 1024;
const BODY_LIMIT = MIB;
const BODIES = 8 * MIB;
const UNSENT = 64 * MIB;
/** More than the kernels take of an answer that nobody reads. */
const LARGE = 12 * MIB;

let server: FastifyInstance;
let admission: AdmissionServer;
let bodies: BodyBytes;
let slots: FairSlots;
let unsent: UnsentAnswers;
let sockets: Socket[];
let answered: string[];
/** Answers that the test gives later. */
let held: (() => void)[];

beforeEach(async () => {
  bodies = new BodyBytes(BODIES, BODY_LIMIT);
  unsent = new UnsentAnswers(UNSENT);
  sockets = [];
  answered = [];
  held = [];
  admission = new AdmissionServer({
    connections: 1_000,
    headersMs: 10_000,
    requestMs: 30_000,
    stalledMs: 30_000,
  });
  server = fastify({ serverFactory: admission.createServer, forceCloseConnections: true });
  const starts = new PacedStarts();
  slots = new FairSlots({ slots: 1_000, slotsPerOwner: 1_000, waitMs: 1_000 });
  new AdmissionHooks({
    slots,
    unverified: slots,
    overflow: new OverflowQueue({ waitMs: 1_000 }),
    unsent,
    starts,
    refusals: new RefusalCounts(),
    authentication: { findVerified } as unknown as TokenAuthentication,
    limited: null,
  }).addTo(server);
  acceptJsonOnly(server, { bodyLimit: BODY_LIMIT, counter: bodies, pace: starts.start });
  server.setErrorHandler((error: Error & { bound?: string; status?: number }, _request, reply) => {
    void reply.status(error.bound ? 503 : (error.status ?? 500)).send(error.bound ?? error.message);
  });
  server.post('/', () => 'ok');
  server.post('/held', (_request, reply) => {
    held.push(() => void reply.send('ok'));
    return reply;
  });
  server.get('/', () => 'ok');
  server.get('/large', () => 'x'.repeat(LARGE));
  server.get('/stream', () => Readable.from(['x'.repeat(LARGE)], { objectMode: false }));
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** Whoever a request says that it comes from. */
function findVerified({ headers }: IncomingMessage): object {
  return { owner: { tenantId: 't', userId: String(headers['x-owner']) }, isService: false };
}

function open(text: string | Buffer): Socket {
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket.on('error', () => undefined));
  socket.write(text);
  return socket;
}

/** Opens a connection, and records the statuses of what is answered on it. */
function exchange(text: string | Buffer, statuses = answered): Socket {
  return open(text).on('data', (chunk: Buffer) => {
    for (const [, status = ''] of chunk.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      statuses.push(status);
    }
  });
}

function get(owner: string, path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Owner: ${owner}\r\n\r\n`;
}

/** The head of a chunked upload, and a first chunk of so many bytes. */
function upload(owner: string, bytes: number, headers = ''): string {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Owner: ${owner}\r\n${headers}Transfer-Encoding: chunked\r\n`;
  const chunk = bytes > 0 ? `${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n` : '';
  return `${head}Content-Type: application/json\r\n\r\n${chunk}`;
}

function post(owner: string, path: string, body: string): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nX-Owner: ${owner}\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('bodies', () => {
  it('take nothing while they are only announced', async () => {
    for (let i = 0; i < 32; i++) open(upload('silent', 0));
    open(upload('silent', 1_000));
    await until(() => bodies.total === 1_000);
    exchange(post('calm', '/', '{}'));
    await until(() => answered.length > 0);
    expect(answered).toEqual(['200']);
  });

  it('count by the bytes that have arrived, until the answer, an abort or a refusal', async () => {
    exchange(post('a', '/held', '[1,2,3]'));
    const aborted = open(upload('a', 500_000));
    await until(() => held.length === 1 && bodies.total === 500_007);
    aborted.resetAndDestroy();
    await until(() => bodies.total === 7);
    exchange(upload('a', BODY_LIMIT + 1));
    exchange(post('a', '/', '{'));
    await until(() => answered.length === 2);
    expect(answered.sort()).toEqual(['413', '500']);
    expect(bodies.total).toBe(7);
    held[0]?.();
    await until(() => bodies.total === 0);
  });

  it('leave the last quarter to owners that have less than a quarter', async () => {
    for (let i = 0; i < 12; i++) exchange(upload('greedy', 900_000));
    await until(() => answered.length > 0);
    await until(() => bodies.total > 5 * MIB);
    expect(bodies.total).toBeLessThanOrEqual((3 / 4) * BODIES);
    expect(new Set(answered)).toEqual(new Set(['503']));
    const calm: string[] = [];
    exchange(post('calm', '/', JSON.stringify('x'.repeat(MIB - 100))), calm);
    await until(() => calm.length > 0);
    expect(calm).toEqual(['200']);
  });

  it('of the owner that has the most make room when the bound is reached', async () => {
    for (const owner of ['a', 'b']) {
      for (let i = 0; i < 6; i++) exchange(upload(owner, MIB));
    }
    // Each upload has been refused or has arrived as far as it goes.
    await until(() => answered.length * MIB + bodies.total === 12 * MIB);
    const refused = answered.length;
    const body = JSON.stringify('x'.repeat(900_000));
    for (const owner of ['calm', 'also calm']) {
      for (let i = 0; i < 2; i++) exchange(post(owner, '/held', body), []);
    }
    await until(() => held.length === 4);
    expect(answered.length).toBeGreaterThan(refused);
    expect(bodies.total).toBeLessThanOrEqual(BODIES);
  });

  it('count for their owner while many other owners come and go', async () => {
    const aborted = open(upload('a', 500_000));
    await until(() => bodies.total === 500_000);
    const share = slots.shareOf({ tenantId: 't', userId: 'a' });
    for (let i = 0; i < 5_000; i++) slots.shareOf({ tenantId: 't', userId: `other-${i}` });
    expect(slots.shareOf({ tenantId: 't', userId: 'a' })).toBe(share);
    aborted.destroy();
    await until(() => bodies.total === 0);
    for (let i = 0; i < 5_000; i++) slots.shareOf({ tenantId: 't', userId: `other-${i}` });
    expect(slots.shareOf({ tenantId: 't', userId: 'a' })).not.toBe(share);
  });

  it('in another encoding are refused before they are read', async () => {
    exchange(upload('a', 0, 'Content-Encoding: gzip\r\n'));
    exchange(post('a', '/', '{}').replace('/json', '/json; charset=utf-16'));
    await until(() => answered.length === 2);
    expect(answered).toEqual(['415', '415']);
    exchange(post('a', '/', '{}').replace('/json', '/json; Charset="UTF-8"'));
    await until(() => answered.length === 3);
    expect(answered[2]).toBe('200');
  });
});

describe('answers that nobody takes', () => {
  it('are refused to an owner over its bound, and to nobody who takes them', async () => {
    const unread = ['/large', '/stream', '/large', '/stream', '/large', '/stream'].map((path) => {
      const socket = open(get('greedy', path));
      return socket.pause();
    });
    await until(() => unsent.total > 48 * MIB);
    exchange(get('greedy', '/'));
    await until(() => answered.length === 1);
    expect(answered).toEqual(['503']);
    exchange(get('calm', '/large'));
    exchange(get('calm', '/'));
    await until(() => answered.length === 3);
    expect(answered.slice(1)).toEqual(['200', '200']);
    for (const socket of unread) socket.destroy();
    await until(() => unsent.total === 0 && unsent.isEmpty);
    exchange(get('greedy', '/'));
    await until(() => answered.length === 4);
    expect(answered[3]).toBe('200');
  });

  it('are one answer a connection, however many requests are pipelined', async () => {
    open(get('greedy', '/large').repeat(80)).pause();
    await until(() => unsent.total > 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(unsent.total).toBeLessThan(LARGE + MIB);
  });
});

type Move = (owner: string) => Socket;

const MOVES: Readonly<Record<string, Move>> = {
  silent: (owner) => open(upload(owner, 0)),
  slow: (owner) => open(upload(owner, 300_000)),
  tooLarge: (owner) => open(upload(owner, BODY_LIMIT + 1)),
  aborted: (owner) => {
    const socket = open(upload(owner, 200_000));
    return socket.once('connect', () => setImmediate(() => socket.resetAndDestroy()));
  },
  malformed: (owner) => open(post(owner, '/', '{')),
  answered: (owner) => exchange(post(owner, '/', '[1]')),
  held: (owner) => exchange(post(owner, '/held', '[1]')),
  unread: (owner) => open(get(owner, '/large')).pause(),
  stream: (owner) => open(get(owner, '/stream')).pause(),
  pipelined: (owner) => open(get(owner, '/large').repeat(20) + upload(owner, 1_000)).pause(),
  pipelinedBodies: (owner) => exchange(post(owner, '/', '[1]').repeat(30) + get(owner, '/')),
};

it('after any mix of clients, no byte and no connection is counted any more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          move: fc.constantFrom(...Object.keys(MOVES)),
          owner: fc.constantFrom('a', 'b', 'c'),
          leavesAfterMs: fc.nat(30),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (moves) => {
        await Promise.all(
          moves.map(async ({ move, owner, leavesAfterMs }) => {
            const socket = MOVES[move]?.(owner);
            await new Promise((resolve) => setTimeout(resolve, leavesAfterMs));
            socket?.destroy();
          }),
        );
        for (const answer of held.splice(0)) answer();
        await until(() => {
          for (const answer of held.splice(0)) answer();
          return bodies.total === 0 && unsent.total === 0 && unsent.isEmpty;
        });
        await until(() => admission.connections.size === 0);
        expect(admission.connections.waitingRequests).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
