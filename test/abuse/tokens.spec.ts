import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { CONVERSATIONS } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { rawRequest } from '../support/raw-request.js';
import { startService, type TestService } from '../support/service.js';
import { aToken } from '../support/token.js';
import { firstStatus } from './first-status.js';
import { rawHead } from './raw-head.js';

const FORGED = jwt.sign({ sub: 'a', tid: 'b' }, 'the secret of somebody else, of 32 bytes', {
  expiresIn: '1h',
});
const JSON_TYPE = { 'Content-Type': 'application/json' };

const UNUSABLE: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['no token', {}],
  ['a forged token', { Authorization: `Bearer ${FORGED}` }],
  ['a token with junk behind it', { Authorization: `Bearer ${aToken()} junk` }],
  ['two tokens', { Authorization: `Bearer ${aToken()}, Bearer ${aToken()}` }],
  ['another scheme', { Authorization: `Basic ${aToken()}` }],
  ['no scheme', { Authorization: aToken() }],
  ['a long header that is no token', { Authorization: 'a'.repeat(15_800) }],
];

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

describe.each(UNUSABLE)('a request with %s', (_, headers) => {
  it('gets 401, whatever its body is', async () => {
    const bodies = [[], ['{'], ['{}'], [Buffer.from([0xff])]];
    for (const chunks of bodies) {
      const options = { method: 'POST', path: CONVERSATIONS };
      const answer = await rawRequest(service.url, {
        ...options,
        headers: { ...headers, ...JSON_TYPE },
        chunks,
      });
      expectProblem(answer, 401);
    }
  });

  it.each([{ 'Content-Length': '1000000' }, { 'Transfer-Encoding': 'chunked' }])(
    'gets 401 although its body never comes: %j',
    async (announcement) => {
      const { port } = new URL(service.url);
      const head = rawHead('POST', CONVERSATIONS, { ...headers, ...JSON_TYPE, ...announcement });
      expect(await firstStatus(Number(port), head)).toBe(401);
    },
  );
});

it('the scheme of a token may have any case', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const headers = { Authorization: `${scheme} ${aToken()}` };
    expect((await service.client().get(CONVERSATIONS, headers)).status).toBe(200);
  }
});
