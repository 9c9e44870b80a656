import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startTurnService } from '../support/turns.js';
import type { TestService } from '../support/service.js';
import { aToken } from '../support/token.js';

let service: TestService;
let folder: string;

beforeAll(async () => {
  service = await startTurnService('memory');
  mkdirSync('.dev', { recursive: true });
  // Within this folder, so that the clients find the packages that they import.
  folder = mkdtempSync(resolve('.dev/clients-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await service.close();
});

it('clients of openapi-typescript, hey-api and orval compile under strict, and work', async () => {
  const args = ['test/clients/generate-clients.mjs', folder, service.url, aToken()];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const seen = JSON.parse(stdout) as unknown;
  const common = {
    replayed: 'true',
    seqs: [1, 2],
    listed: true,
    reply: 'Hello',
    streamed: 'Hello',
    problem: '/problems/message-not-found',
  };
  expect(seen).toEqual([
    { ...common, created: 'hey-api' },
    { ...common, created: 'openapi-typescript' },
    { ...common, created: 'orval' },
  ]);
});
