import fc from 'fast-check';

/** What no HTTP client sends. `<token>` is a caller's, and `<ID>` of a conversation of another's. */
const GET = 'GET /api/v1/conversations/<ID> HTTP/1.1\r\nHost: x\r\n';
const SMUGGLED = `${GET}\r\n`;
const POST =
  'POST /api/v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer <token>\r\nContent-Type: application/json\r\n';
const OWN = 'GET /api/v1/conversations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer <token>\r\n';

const SHAPES = [
  // Two ideas of where a body ends.
  `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n${SMUGGLED}\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  `${POST}Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}${SMUGGLED}`,
  `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`,
  `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  `${POST}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x`,
  ...['+2', '-1', '0x2', '2,2', '1e1', ' ', '99999999999999999999', '2 2'].map(
    (length) => `${POST}Content-Length: ${length}\r\n\r\n{}`,
  ),
  // Chunks that are none.
  ...['FFFFFFFFFFFFFFFF', '-1', 'x', '0x2', '2;a=b', `2;${'a'.repeat(20_000)}`, ''].map(
    (size) => `${POST}Transfer-Encoding: chunked\r\n\r\n${size}\r\n{}\r\n0\r\n\r\n`,
  ),
  `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${'X: y\r\n'.repeat(2_000)}\r\n`,
  // Lines.
  `${GET.replaceAll('\r\n', '\n')}\n`,
  `${GET.replaceAll('\r\n', '\r')}\r`,
  `${GET} Folded: yes\r\n\tand: more\r\n\r\n`,
  `${GET}No colon\r\n\r\n`,
  `${GET}: no name\r\n\r\n`,
  `${GET}NUL: a\0b\r\n\r\n`,
  `${GET}${'X: y\r\n'.repeat(3_000)}\r\n`,
  `${GET}${'X'.repeat(20_000)}: y\r\n\r\n`,
  `\r\n\r\n\r\n${SMUGGLED}`,
  'GET / HTTP/1.1\r\n\r\n',
  `${GET}Host: y\r\n\r\n`,
  `${OWN}Host: a b\r\nConnection: close\r\n\r\n`,
  // Other versions, other forms, other protocols.
  'GET /health\r\n\r\n',
  ...['0.9', '1.0', '2.0', '3.0', '9.9', '1.1.1', 'x'].map(
    (v) => `GET /health HTTP/${v}\r\nHost: x\r\n\r\n`,
  ),
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '*1\r\n$4\r\nPING\r\n',
  'GET http://evil.example/api/v1/conversations/<ID> HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'GET //evil.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  `${OWN}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n`,
  `${OWN}Connection: Authorization, close\r\n\r\n`,
  // One behind the other, with a token and without, cut off in the middle.
  `${OWN}\r\n`.repeat(20) + SMUGGLED,
  `${OWN}\r\n${SMUGGLED}`.repeat(10),
  `${POST}Content-Length: 2\r\n\r\n{}${OWN}\r\n${POST}Content-Length: 3\r\n\r\n{},`,
  `${OWN}\r\n${POST}Content-Length: 1000\r\n\r\n{`,
  `${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
] as const;

const shape = fc.constantFrom(...SHAPES);

/** Such shapes, parts of them, bytes of them changed, and bytes of no shape at all. */
export const rawBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: shape.map((text) => Buffer.from(text, 'latin1')) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(shape, fc.nat())
      .map(([text, end]) => Buffer.from(text.slice(0, end % text.length))),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        shape,
        fc.array(fc.tuple(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
      )
      .map(([text, changes]) => {
        const bytes = Buffer.from(text, 'latin1');
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      }),
  },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  },
);
