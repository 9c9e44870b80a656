import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONVERSATIONS, type ApiClient } from '../support/api-client.js';
import { logLinesOf, JSON_LOG, type LogLine } from '../support/log-lines.js';
import { rawExchange } from '../support/raw-exchange.js';
import { until } from '../support/redis-server.js';
import { ServiceProcess } from '../support/service-process.js';
import { aToken } from '../support/token.js';
import { aConversation, openTurn, script, turnsOf } from '../support/turns.js';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;
const USER = { sub: 'alice', tid: 'contoso' };
const SCRIPTED = 'test/support/scripted-service.mjs';

let service: ServiceProcess;
let client: ApiClient;
let sent = 0;

beforeAll(async () => {
  service = await ServiceProcess.start({ ...JSON_LOG, LOG_LEVEL: 'debug' }, SCRIPTED);
  client = service.client(USER);
});
afterAll(() => service.stop());

function newId(): string {
  return `test-${++sent}`;
}

/** The line about a request, once it is there. */
async function lineOf(requestId: string): Promise<LogLine> {
  const find = (): LogLine | undefined =>
    logLinesOf(service).find(
      (line) => line['context'] === 'Access' && line['requestId'] === requestId,
    );
  await until(() => find() !== undefined);
  return find() as LogLine;
}

describe('the line of a request', () => {
  it('says what was asked and what became of it, and not who asked', async () => {
    const requestId = newId();
    const id = await aConversation(client);
    const path = `${CONVERSATIONS}/${id}/messages`;
    const { headers } = await client.get(`${path}?limit=5`, { 'X-Request-Id': requestId });
    expect(headers.get('x-request-id')).toBe(requestId);
    const hash = createHash('sha256').update('contoso').digest('hex').slice(0, 16);
    expect(await lineOf(requestId)).toEqual({
      level: 'info',
      time: expect.any(String),
      pid: service.pid,
      context: 'Access',
      requestId,
      method: 'GET',
      route: `${CONVERSATIONS}/:id/messages`,
      path,
      status: 200,
      durationMs: expect.any(Number),
      bytes: expect.any(Number),
      tenant: hash,
    });
  });

  it('counts the bytes of the answer, also on a connection that was used before', async () => {
    const ids = [newId(), newId(), newId()];
    const token = aToken(USER);
    const head = (id: string, last: string): string =>
      `GET ${CONVERSATIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nX-Request-Id: ${id}\r\n${last}\r\n`;
    const last = ids.at(-1);
    const requests = ids.map((id) => head(id, id === last ? 'Connection: close\r\n' : '')).join('');
    const length = await bytesOf(requests);
    const lines = await Promise.all(ids.map(lineOf));
    expect(lines.reduce((sum, { bytes }) => sum + (bytes as number), 0)).toBe(length);
    for (const { bytes } of lines) expect(bytes).toBeGreaterThan(500);
  });

  it('is at debug for probes', async () => {
    const requestId = newId();
    await client.get('/health/live', { 'X-Request-Id': requestId });
    expect(await lineOf(requestId)).toMatchObject({ level: 'debug', path: '/health/live' });
  });

  it('of a stream is logged at its end, with its duration', async () => {
    const id = await aConversation(client);
    const turn = await openTurn(client, id, script(['count', { to: 10, everyMs: 50 }]));
    await until(() => turn.ended === 'ended');
    const isOfTurn = (line: LogLine): boolean => line['path'] === turnsOf(id);
    await until(() => logLinesOf(service).some(isOfTurn));
    const line = logLinesOf(service).find(isOfTurn) as LogLine;
    expect(line['durationMs']).toBeGreaterThan(450);
    expect(line['bytes']).toBeGreaterThan(500);
    expect(line).not.toHaveProperty('aborted');
  });

  it('says that the client has left, before the answer or in the middle of it', async () => {
    const id = await aConversation(client);
    const turn = await openTurn(client, id, script(['count', { to: 100, everyMs: 50 }]));
    await until(() => turn.said !== '');
    turn.leave();
    const isOfTurn = (line: LogLine): boolean => line['path'] === turnsOf(id);
    await until(() => logLinesOf(service).some(isOfTurn));
    expect(logLinesOf(service).find(isOfTurn)).toMatchObject({ status: 200, aborted: true });
    const requestId = newId();
    await leaveEarly(requestId);
    const line = await lineOf(requestId);
    expect(line['aborted']).toBe(true);
    expect(line).not.toHaveProperty('status');
  });
});

describe('the id of a request', () => {
  it.each<[string, string, number]>([
    ['GET', '/nothing-here', 404],
    ['PUT', CONVERSATIONS, 405],
    ['GET', `${CONVERSATIONS}/no-uuid`, 400],
    ['GET', '/%zz', 400],
  ])('is in every answer: %s %s', async (method, path, status) => {
    const answer = await client.request(method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  it('is new when the given one is not usable, and never two for one request', async () => {
    const { headers } = await client.get(CONVERSATIONS, { 'X-Request-Id': 'a "b"' });
    const requestId = headers.get('x-request-id') ?? '';
    expect(requestId).toMatch(UUID);
    expect(await lineOf(requestId)).toMatchObject({ path: CONVERSATIONS });
  });

  it('is in the log when the path cannot be read', async () => {
    const requestId = newId();
    await client.get('/%zz?a-secret', { 'X-Request-Id': requestId });
    const isAbout = (line: LogLine): boolean => line['requestId'] === requestId;
    await until(() => logLinesOf(service).some(isAbout));
    const lines = logLinesOf(service).filter(isAbout);
    expect(lines).toEqual([expect.objectContaining({ level: 'debug', status: 400 })]);
    expect(JSON.stringify(lines)).not.toContain('a-secret');
  });

  it('is in answers to what cannot be read as a request', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const [answer] = await rawExchange(service.port, Buffer.from(bytes), { patience: 2_000 });
      const requestId = answer?.headers.get('x-request-id') ?? '';
      expect(requestId).toMatch(UUID);
      await until(() => logLinesOf(service).some((line) => line['requestId'] === requestId));
    }
  });
});

describe('a service without access lines', () => {
  it('logs none', async () => {
    const quiet = await ServiceProcess.start({ ...JSON_LOG, ACCESS_LOG: 'false' });
    await quiet.client().get(CONVERSATIONS);
    await quiet.stop();
    expect(logLinesOf(quiet).length).toBeGreaterThan(0);
    expect(logLinesOf(quiet).filter((line) => line['context'] === 'Access')).toEqual([]);
  });
});

describe('with the address', () => {
  it('a line has it', async () => {
    const shown = await ServiceProcess.start({ ...JSON_LOG, LOG_REMOTE_ADDRESS: 'true' });
    await shown.client().get(CONVERSATIONS);
    await shown.stop();
    const line = logLinesOf(shown).find((line) => line['context'] === 'Access');
    expect(line?.['remoteAddress']).toBe('127.0.0.1');
  });

  it('a line has it also when the connection is gone', async () => {
    const shown = await ServiceProcess.start({ ...JSON_LOG, LOG_REMOTE_ADDRESS: 'true' });
    const requestId = newId();
    await leaveEarly(requestId, shown);
    await shown.stop();
    const line = logLinesOf(shown).find((line) => line['requestId'] === requestId);
    expect(line).toMatchObject({ aborted: true, remoteAddress: '127.0.0.1' });
  });
});

/** Sends these bytes and reads until the connection is closed. */
function bytesOf(requests: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    const socket = connect(service.port, '127.0.0.1', () => socket.write(requests));
    socket.on('data', (chunk) => (length += chunk.length));
    socket.on('error', reject);
    socket.on('close', () => resolve(length));
  });
}

/** Closes the connection while the body is on its way. */
function leaveEarly(requestId: string, { port } = service): Promise<void> {
  return new Promise((resolve) => {
    const head = `POST ${CONVERSATIONS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n`;
    const token = `Authorization: Bearer ${aToken(USER)}\r\nX-Request-Id: ${requestId}\r\n\r\n{`;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head + token, () => setTimeout(() => socket.destroy(), 100));
    });
    socket.on('close', () => resolve());
  });
}
