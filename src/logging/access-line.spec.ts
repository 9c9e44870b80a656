import { describe, expect, it } from '@jest/globals';
import { ACCESS_CONTEXT, toJsonLine, type AccessLine } from './access-line.js';

const LINE: AccessLine = {
  requestId: 'r-1',
  method: 'GET',
  path: '/',
  durationMs: 0.25,
  bytes: 120,
};

describe('the JSON of the line of a request', () => {
  it.each<[string, AccessLine]>([
    ['the least', LINE],
    [
      'everything',
      {
        ...LINE,
        route: '/a/:id(^"\\d+$)',
        status: 200,
        tenant: '0123456789abcdef',
        aborted: true,
        remoteAddress: '::1',
        trace_id: 'a'.repeat(32),
        span_id: 'b'.repeat(16),
      },
    ],
    ['a path that a client has chosen', { ...LINE, path: '/"},{"\\\n\u0000\u00e4\ud800' }],
  ])('has the fields as they are: %s', (_, line) => {
    const text = toJsonLine('info', line);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const head = { level: 'info', time: expect.any(String), pid: process.pid };
    expect(JSON.parse(text)).toEqual({ ...head, context: ACCESS_CONTEXT, ...line });
  });
});
