import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { TEST_SECRET } from '../../support/token.js';

export type HeaderLine = readonly [name: string, value: string];

const EXPIRES = { expiresIn: '1h' } as const;
const claims = { sub: 'alice', tid: 'contoso' };
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const [, goodPayload = '', goodSignature = ''] = jwt.sign(claims, TEST_SECRET, EXPIRES).split('.');

/** What goes for a token, and is none that the service takes. */
export const badToken = fc.constantFrom(
  '',
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Bearer ..',
  'Basic YTpi',
  'bearer null',
  'Bearer a.b.c',
  '\u00e9',
  `Bearer ${'a'.repeat(7_000)}`,
  `Bearer ${'a.'.repeat(3_000)}`,
  `Bearer ${base64({ alg: 'none' })}.${goodPayload}.`,
  `Bearer ${base64({ alg: 'none' })}.${goodPayload}.${goodSignature}`,
  `Bearer ${base64({ alg: 'RS256', kid: '../../x' })}.${goodPayload}.${goodSignature}`,
  `Bearer ${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ ...claims, sub: 'mallory' })}.${goodSignature}`,
  ...[
    jwt.sign(claims, TEST_SECRET),
    jwt.sign(claims, TEST_SECRET, { expiresIn: -10 }),
    jwt.sign(claims, `${TEST_SECRET}!`, EXPIRES),
    jwt.sign(claims, TEST_SECRET, { ...EXPIRES, algorithm: 'HS512' }),
    jwt.sign(claims, TEST_SECRET, { ...EXPIRES, notBefore: '1h' }),
    jwt.sign({ sub: 'alice' }, TEST_SECRET, EXPIRES),
    jwt.sign({ tid: 'contoso' }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: ' ' }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: ['contoso'] }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: { toString: 'contoso' } }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: 'a\0b' }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: '\ud83d' }, TEST_SECRET, EXPIRES),
    jwt.sign({ ...claims, tid: 'a'.repeat(257) }, TEST_SECRET, EXPIRES),
    jwt.sign('just text', TEST_SECRET),
  ].map((token) => `Bearer ${token}`),
);

const line = (name: string, ...values: string[]): fc.Arbitrary<HeaderLine> =>
  fc.constantFrom(...values).map((value) => [name, value] as const);

/** Header lines in any number, the same ones again too. */
export const extraHeaders: fc.Arbitrary<readonly HeaderLine[]> = fc.array(
  fc.oneof(
    line(
      'If-Match',
      '*',
      '"1"',
      '"2"',
      'W/"1"',
      '"0"',
      '"1", "2"',
      '""',
      '"',
      '1',
      '"1e1"',
      '"99999999999999999999"',
    ),
    line('If-None-Match', '*', '"1"', 'W/"2"', '"1", W/"2"', ',', '"1",'.repeat(1_000), ''),
    line(
      'Idempotency-Key',
      'k1',
      'k2',
      'k3',
      'x'.repeat(255),
      'x'.repeat(256),
      '',
      ' ',
      'a b',
      '\u00e9',
      '\u200b',
      '__proto__',
      '{p1}*',
    ),
    line('Accept', 'text/html', 'text/event-stream', '*/*;q=x', 'application/xml'),
    line('X-Request-Id', 'a'.repeat(5_000), '${jndi:ldap://x}', '\u00ff'),
    line('Content-Encoding', 'gzip', 'br', 'identity'),
    line('Expect', '100-continue', '200-ok'),
    line('Origin', 'https://evil.example', 'null'),
    line('X-HTTP-Method-Override', 'DELETE'),
    line('Upgrade', 'websocket', 'h2c'),
    line('Cookie', 'a=b; '.repeat(500)),
    line('X-Big', 'a'.repeat(12_000), 'a'.repeat(17_000)),
    line('__proto__', 'x'),
    line('Accept-Version', '1.0.0', '*'),
    line('Range', 'bytes=0-1,5-'),
  ),
  { maxLength: 3 },
);

export const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string | undefined>('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      undefined,
      'application/merge-patch+json',
      'application/json; charset=utf-8',
      'application/json; charset=utf-16',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
      ';',
      'application/',
      'a'.repeat(3_000),
      'application/json, text/plain',
      'application/json;;;',
      '\u00e9/\u00e9',
      `a/b;${'a='.repeat(2_000)}`,
    ),
  },
);
