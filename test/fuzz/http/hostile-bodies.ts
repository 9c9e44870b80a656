import fc from 'fast-check';
import { json, record, text } from '../awkward-text.js';

export type Body = string | Buffer;

const message = fc.oneof(
  text.map((content) => ({ content: `<mark> ${content}` })),
  fc.tuple(text, json).map(([type, data]) => ({ parts: [{ type: `x${type}`, data }] })),
  record(json).map((metadata) => ({ content: '<mark>', metadata })),
  fc.constantFrom('assistant', 'system', 'tool').map((role) => ({ role, content: '<mark>' })),
);
const messages = fc.array(message, { minLength: 1, maxLength: 3 });
const labels = fc.dictionary(fc.constantFrom('a', 'toString', 'constructor', 'é'), text);
const title = text.map((value) => `<mark>${value}`);
const seq = fc.integer({ min: 1, max: 3 });
const toolResult = fc.record({ toolCallId: fc.constantFrom('a', 'b'), output: text });
const approval = fc.record({ id: fc.constantFrom('a', 'b'), approved: fc.boolean() });
const draft = fc.record(
  { title, externalId: title, metadata: labels, messages },
  { requiredKeys: [] },
);

/** What each kind of write takes. */
const VALID = {
  create: draft,
  append: fc.record({ messages, parentSeq: fc.nat({ max: 3 }) }, { requiredKeys: ['messages'] }),
  patch: fc.record(
    {
      title: fc.option(title),
      status: fc.constantFrom('active', 'active', 'completed', 'archived'),
      metadata: fc.option(labels),
      leafSeq: seq,
    },
    { requiredKeys: [] },
  ),
  send: fc.record({
    conversationId: fc.constantFrom('<id>', '<older>', '<ID>'),
    message: fc.oneof(title, message),
  }),
  turn: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record(
        {
          message: fc.oneof(title, message),
          onConflict: fc.constantFrom('reject', 'enqueue', 'interrupt'),
          parentSeq: fc.nat({ max: 3 }),
        },
        { requiredKeys: ['message'] },
      ),
    },
    { weight: 1, arbitrary: fc.record({ regenerate: seq }) },
    {
      weight: 1,
      arbitrary: fc.record({
        continue: fc.record({
          seq,
          toolResults: fc.array(toolResult),
          approvals: fc.array(approval),
        }),
      }),
    },
  ),
  fork: fc.record({ seq }),
  list: fc.record(
    {
      limit: fc.integer({ min: 1, max: 100 }),
      cursor: fc.constantFrom('<cursor>', '<CURSOR>'),
      status: fc.subarray(['active', 'completed', 'archived'], { minLength: 1 }),
    },
    { requiredKeys: [] },
  ),
} as const;

export type BodyKind = keyof typeof VALID;

export function validBody(kind: BodyKind): fc.Arbitrary<string> {
  return (VALID[kind] as fc.Arbitrary<unknown>).map((body) => JSON.stringify(body));
}

/** JSON that no client means. */
const poison = fc.oneof(
  fc.constantFrom(
    '"\\u0000"',
    '"\\ud83d"',
    '"\\ude00\\ud83d"',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    'null',
    '[]',
    '-0',
    '1e999',
    '9'.repeat(400),
    '{"toJSON":1,"then":2,"length":-1}',
  ),
  json.map((value) => JSON.stringify(value)),
);

/** A valid body with something done to it. */
export function mutatedBody(kind: BodyKind): fc.Arbitrary<Body> {
  return fc.oneof(
    fc.tuple(validBody(kind), fc.nat()).map(([body, at]) => body.slice(0, at % body.length)),
    fc
      .tuple(validBody(kind), fc.nat(), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }))
      .map(([body, at, more]) => {
        const place = at % body.length;
        return body.slice(0, place) + more + body.slice(place);
      }),
    fc
      .tuple(validBody(kind), fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([body, at, byte]) => {
        const bytes = Buffer.from(body);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    // A value in place of another's, and a property more.
    fc
      .tuple(validBody(kind), poison)
      .map(([body, value]) =>
        body.replace(/:("(?:[^"\\]|\\.)*"|\[|\{\})/, (_, old: string) =>
          old === '[' ? `:[${value},` : `:${value}`,
        ),
      ),
    fc
      .tuple(validBody(kind), fc.constantFrom('userId', 'tenantId', 'id', '__proto__', 'x'), poison)
      .map(([body, key, value]) => `{"${key}":${value}${body === '{}' ? '' : ','}${body.slice(1)}`),
  );
}

const MIB = 2 ** 20;

/** Sizes at which a careless service stumbles; each fits the limit of a body, but for the last. */
const BIG: Readonly<Record<string, (n: number) => string>> = {
  arrays: (n) => '['.repeat(n) + ']'.repeat(n),
  objects: (n) => '{"a":'.repeat(n) + '1' + '}'.repeat(n),
  elements: (n) => `[${Array(n).fill('0').join(',')}]`,
  lists: (n) => `[${Array(n).fill('[]').join(',')}]`,
  labels: (n) => `{${Array.from({ length: n }, (_, i) => `"k${i}":"v"`).join(',')}}`,
  numbered: (n) => `{${Array.from({ length: n }, (_, i) => `"${i * 9_973}":0`).join(',')}}`,
  text: (n) => `"${'x'.repeat(n)}"`,
  escapes: (n) => `"${'\\u00e9'.repeat(n)}"`,
  quotes: (n) => '"",'.repeat(n),
  digits: (n) => '7'.repeat(n),
  spaces: (n) => ' '.repeat(n),
  messages: (n) => `[${Array(n).fill('{"content":"x"}').join(',')}]`,
  unclosed: (n) => '{"a":['.repeat(n),
};

/** Some of it is within a hair of the limit, and as slow to look through as such a size can be. */
export const bigBody: fc.Arbitrary<Body> = fc
  .tuple(
    fc.constantFrom(...Object.keys(BIG)),
    fc.constantFrom(65, 5_000, 19_990, 49_990, 60_000, 300_000, 1_048_000),
    fc.constantFrom(
      '<big>',
      '{"metadata":<big>}',
      '{"messages":<big>}',
      '{"title":<big>}',
      '{"messages":[{"parts":[{"type":"x","y":<big>}]}]}',
      '{<bare>:1}',
    ),
  )
  .map(([kind, size, frame]) => {
    const big = (BIG[kind] as (n: number) => string)(size).slice(0, MIB - 100);
    return frame.replace('<big>', big).replace('<bare>', `"${'k'.repeat(size)}"`);
  });

/** One byte too long, and much too long. */
export const oversizeBody: fc.Arbitrary<Body> = fc
  .constantFrom(MIB + 1, 3 * MIB)
  .map((size) => Buffer.alloc(size, '[1,'));

export const strangeBody: fc.Arbitrary<Body> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'null',
    '[]',
    '"text"',
    '0',
    'undefined',
    '\ufeff{}',
    '{}{}',
    '{},',
    '{"a":1,"a":2}',
  ),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom([0xff], [0xc0, 0x80], [0xed, 0xa0, 0xbd], [0xf4, 0x90, 0x80, 0x80], [0])
    .map((bytes) =>
      Buffer.concat([Buffer.from('{"title":"'), Buffer.from(bytes), Buffer.from('"}')]),
    ),
);
