import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RefusalLog } from './refusal-log.js';

let lines: string[];

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  for (const level of ['log', 'warn'] as const) {
    jest.spyOn(Logger.prototype, level).mockImplementation((text: unknown) => {
      lines.push(`${level} ${String(text)}`);
    });
  }
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('says when refusing begins, and when there was none for five seconds; then anew', () => {
  const log = new RefusalLog();
  const BEGINS = expect.stringMatching(/^warn There is more to do/);
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 100; j++) log.count();
    jest.advanceTimersByTime(2_000);
  }
  expect(lines).toEqual([BEGINS]);
  jest.advanceTimersByTime(10_000);
  expect(lines).toEqual([
    BEGINS,
    'log Nothing is refused any more. Within 25 s, 1000 requests were.',
  ]);
  log.count();
  jest.advanceTimersByTime(10_000);
  expect(lines.slice(2)).toEqual([
    BEGINS,
    'log Nothing is refused any more. Within 10 s, 1 requests were.',
  ]);
});
