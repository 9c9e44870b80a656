import type { ApiClient, ApiResponse } from '../../test/support/api-client.js';

/** A request as bytes. The body is ASCII. A client without a token sends none. */
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
    ...(token ? [`Authorization: Bearer ${token}`] : []),
    ...(text ? ['Content-Type: application/json', `Content-Length: ${text.length}`] : []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** One request after the other, over and over. */
export function roundRobin(requests: readonly Buffer[]): () => Buffer {
  let next = 0;
  return () => requests[next++ % requests.length] as Buffer;
}

/**
 * The body of an answer.
 * @throws Error at an answer that is not 2xx
 */
export async function answer<Body>(response: Promise<ApiResponse>): Promise<Body> {
  const { status, text } = await response;
  if (status < 200 || status > 299) throw new Error(`An answer of ${status}: ${text}`);
  return JSON.parse(text) as Body;
}
