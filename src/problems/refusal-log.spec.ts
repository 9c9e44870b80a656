import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RefusalLog } from './refusal-log.js';

let logged: string[];

beforeEach(() => {
  jest.useFakeTimers();
  logged = [];
  for (const level of ['log', 'warn'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((text: unknown) => {
      logged.push(`${level} ${String(text)}`);
    });
  }
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('logs the first refusal, the end after five seconds without one, and then the next first one', () => {
  const log = new RefusalLog();
  const BEGINS = expect.stringMatching(/^warn The service is overloaded/);
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 100; j++) log.count(j < 90 ? 'slots' : 'running-turns');
    jest.advanceTimersByTime(2_000);
  }
  expect(logged).toEqual([BEGINS]);
  jest.advanceTimersByTime(10_000);
  expect(logged).toEqual([
    BEGINS,
    'log The overload is over: the service refused 1000 requests within 25 s (slots 900, running-turns 100).',
  ]);
  log.count('exports');
  jest.advanceTimersByTime(10_000);
  expect(logged.slice(2)).toEqual([
    BEGINS,
    'log The overload is over: the service refused 1 requests within 10 s (exports 1).',
  ]);
});
