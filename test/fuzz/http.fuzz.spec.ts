import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loopReport, WATCHED_LOOP } from '../support/loop-report.js';
import { ServiceProcess } from '../support/service-process.js';
import { FUZZ } from './fuzz-parameters.js';
import { Attack } from './http/attack.js';
import { rawBytes } from './http/raw-shapes.js';
import { aRequest } from './http/requests.js';

const AT_ONCE = 8;
/** Of the connections, one in so many is of a client that speaks no HTTP. */
const RAW_SHARE = 8;
/** The failure names the request; smaller ones would meet another state of the service. */
const ONCE = { seed: FUZZ.seed, endOnFailure: true } as const;

let service: ServiceProcess;
let attack: Attack;

beforeAll(async () => {
  service = await ServiceProcess.start({
    ...WATCHED_LOOP,
    REDIS_URL: process.env['TEST_REDIS_URL'] ?? '',
    LOG_LEVEL: 'trace',
    MAX_CONVERSATIONS_PER_USER: '40',
    MAX_MESSAGES_PER_CONVERSATION: '60',
  });
  attack = await Attack.on(service.url);
  await loopReport(service);
});
afterAll(() => service.stop());

describe('random and hostile requests', () => {
  it(
    'are each answered as the API description says, and as nobody else’s business',
    async () => {
      const requests = fc.array(aRequest, { minLength: AT_ONCE, maxLength: AT_ONCE });
      const answered = fc.asyncProperty(requests, async (batch) => {
        await Promise.all(batch.map((request) => attack.send(request)));
        await attack.expectService();
      });
      const numRuns = Math.ceil(FUZZ.requests / AT_ONCE);
      await fc.assert(answered, { ...ONCE, numRuns });
    },
    FUZZ.timeout,
  );

  it(
    'that are hardly HTTP are refused, and change nothing for others',
    async () => {
      const connections = fc.array(rawBytes, { minLength: AT_ONCE, maxLength: AT_ONCE });
      const refused = fc.asyncProperty(connections, async (batch) => {
        await Promise.all(batch.map((bytes) => attack.sendRaw(bytes)));
        await attack.expectService();
      });
      const numRuns = Math.ceil(FUZZ.requests / AT_ONCE / RAW_SHARE);
      await fc.assert(refused, { ...ONCE, numRuns });
    },
    FUZZ.timeout,
  );

  it('were as many as that, of every kind', () => {
    expect(attack.sent).toBeGreaterThanOrEqual(FUZZ.requests);
    expect(attack.operationsWithSuccess()).toEqual(attack.operations());
    expect(attack.statuses()).toEqual(
      expect.arrayContaining([
        200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422,
      ]),
    );
  });

  it('leave what is somebody else’s as it was', async () => {
    await attack.expectVictimUntouched();
  });

  it('leave no token and no content in the log', () => {
    for (const secret of attack.secrets()) assert.ok(!service.output.includes(secret), secret);
    expect(service.output).not.toMatch(/ (?:ERROR|FATAL): /);
  });

  it(`never block the event loop for more than ${FUZZ.maxBlockedMs} ms`, async () => {
    const { blockedMs, delayMs } = await loopReport(service);
    process.stdout.write(
      `${attack.sent} random and hostile requests (seed ${FUZZ.seed}): ` +
        `event loop blocked ${blockedMs} ms at most, late ${delayMs} ms.\n`,
    );
    expect(blockedMs).toBeLessThanOrEqual(FUZZ.maxBlockedMs);
  });
});
