import type { ApiClient, ApiResponse } from '../../../test/support/api-client.js';

/** What is to be appended, as bytes that go out as they are. The body is ASCII. */
export function postBytes(client: ApiClient, path: string, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    ...(client.token ? [`Authorization: Bearer ${client.token}`] : []),
    'Content-Type: application/json',
    `Content-Length: ${text.length}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** The body of an answer that is no error, as whoever asked knows it. */
export async function answer<Body>(response: Promise<ApiResponse>): Promise<Body> {
  const { status, text } = await response;
  if (status < 200 || status > 299) throw new Error(`An answer of ${status}: ${text}`);
  return JSON.parse(text) as Body;
}
