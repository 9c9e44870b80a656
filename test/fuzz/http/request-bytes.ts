import type { FuzzRequest } from './requests.js';

/** The bytes of a request, the last one of its connection. `fill` puts in what is known. */
export function bytesOf(
  request: FuzzRequest,
  token: string | undefined,
  fill: (text: string) => string,
): Buffer {
  const { body, authorization, framing } = request;
  const bytes = typeof body === 'string' ? Buffer.from(fill(body)) : (body ?? Buffer.alloc(0));
  const credentials = token === undefined ? authorization : `Bearer ${token}`;
  const lines = [
    `${request.method} ${fill(request.target)} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Connection: close',
    ...(credentials === undefined ? [] : [`Authorization: ${credentials}`]),
    ...(request.contentType === undefined ? [] : [`Content-Type: ${request.contentType}`]),
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
  ];
  if (body === undefined) return head(lines);
  const chunked = 'Transfer-Encoding: chunked';
  switch (framing) {
    case 'announced':
      return Buffer.concat([head([...lines, `Content-Length: ${bytes.length}`]), bytes]);
    case 'short':
      return Buffer.concat([head([...lines, `Content-Length: ${bytes.length + 9}`]), bytes]);
    case 'long':
      return Buffer.concat([head([...lines, `Content-Length: ${bytes.length >> 1}`]), bytes]);
    case 'chunked':
      return Buffer.concat([head([...lines, chunked]), inChunks(bytes), Buffer.from('0\r\n\r\n')]);
    case 'trailers': {
      const end = Buffer.from('0\r\nAuthorization: Bearer x\r\nContent-Length: 1\r\n\r\n');
      return Buffer.concat([head([...lines, chunked]), inChunks(bytes), end]);
    }
    case 'both':
      return Buffer.concat([
        head([...lines, chunked, `Content-Length: ${bytes.length}`]),
        inChunks(bytes),
        Buffer.from('0\r\n\r\n'),
      ]);
  }
}

function head(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
}

function inChunks(bytes: Buffer): Buffer {
  const size = Math.max(1, Math.ceil(bytes.length / 7));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat(chunks);
}
