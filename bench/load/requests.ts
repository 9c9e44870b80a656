import type { ApiClient } from '../../test/support/api-client.js';

/** A request as the bytes that go over the wire. */
export function toBytes(
  { token }: ApiClient,
  method: string,
  path: string,
  body?: unknown,
): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${token}`,
    ...(text ? ['Content-Type: application/json', `Content-Length: ${text.length}`] : []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** One request after the other, over and over. */
export function roundRobin(requests: readonly Buffer[]): () => Buffer {
  let next = 0;
  return () => requests[next++ % requests.length] as Buffer;
}
