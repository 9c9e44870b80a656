import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ImportApi } from './api-client.js';
import { ImportStoppedError, RefusedError } from './import.errors.js';

type Answer = (response: ServerResponse) => void;

const answer =
  (status: number, body: unknown = {}, headers = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(JSON.stringify(body));

const hangUp: Answer = (response) => void response.destroy();

describe('ImportApi', () => {
  let server: Server;
  let answers: Answer[];
  let requests: IncomingMessage[];
  let pauses: { ms: number; failure: string }[];
  let api: ImportApi;

  beforeEach(async () => {
    [answers, requests, pauses] = [[], [], []];
    server = createServer((request, response) => {
      requests.push(request);
      const next = answers.length > 1 ? answers.shift() : answers[0];
      request.resume().once('end', () => next?.(response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const pause = async (ms: number, failure: string): Promise<void> =>
      void pauses.push({ ms, failure });
    api = new ImportApi({ url: `http://127.0.0.1:${port}`, token: 'secret', pause });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('tries again what fails for now, under the same key', async () => {
    answers = [
      answer(503, {}, { 'Retry-After': '2' }),
      hangUp,
      answer(429),
      answer(201, { id: 1 }),
    ];
    expect(await api.post('/x', { a: 1 }, 'key')).toEqual({
      body: { id: 1 },
      isReplayed: false,
      isRetried: true,
    });
    expect(requests.map(({ headers }) => headers['idempotency-key'])).toEqual(
      Array.from({ length: 4 }, () => 'key'),
    );
    expect(pauses[0]?.ms).toBeGreaterThanOrEqual(2_000);
    expect(pauses.map(({ failure }) => failure)).toEqual([
      'status 503',
      expect.stringMatching(/^[A-Z_]+$/),
      'status 429',
    ]);
  });

  it('gives up in the end', async () => {
    answers = [answer(503)];
    const request = api.get('/x');
    await expect(request).rejects.toThrow(ImportStoppedError);
    await expect(request).rejects.toThrow('The service is not available: status 503.');
    expect(requests).toHaveLength(8);
  });

  it('knows the answer to an earlier request', async () => {
    answers = [answer(201, {}, { 'Idempotency-Replayed': 'true' })];
    expect(await api.post('/x', {}, 'key')).toMatchObject({ isReplayed: true, isRetried: false });
  });

  it.each([400, 404, 409, 413, 422, 500])('does not try %i again', async (status) => {
    const errors = [
      { field: 'a', message: 'must' },
      { field: 'b', message: 'too' },
    ];
    answers = [answer(status, { title: 'No.', detail: 'Why.', errors })];
    const request = api.post('/x', {}, 'key');
    await expect(request).rejects.toThrow(RefusedError);
    await expect(request).rejects.toThrow(`${status} No. Why. (a: must; b: too)`);
    expect(requests).toHaveLength(1);
  });

  it.each([401, 403])('ends the import at %i', async (status) => {
    answers = [answer(status, { title: 'No.' })];
    await expect(api.get('/x')).rejects.toThrow(ImportStoppedError);
  });

  it('sends the token to no other address', async () => {
    answers = [answer(307, {}, { Location: '/elsewhere' })];
    await expect(api.get('/x')).rejects.toThrow('307');
    expect(requests).toHaveLength(1);
  });

  it('does not take any web page for the service', async () => {
    answers = [(response) => void response.end('<html>')];
    await expect(api.get('/x')).rejects.toThrow('Check the URL');
  });
});
