import { request } from 'node:http';
import type { ApiBody, ApiResponse } from './api-client.js';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** An array is sent as a header line each. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sent as chunks of a body of unannounced length, unless a header announces it. */
  readonly chunks?: readonly (string | Buffer)[];
}

/** A request that `fetch` would tidy up, or not send at all. */
export function rawRequest(url: string, options: RawRequest): Promise<ApiResponse> {
  const { method, path, headers = {}, chunks = [] } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, path, headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: new Headers(
            Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
          ),
          text,
          body: (text.startsWith('{') ? JSON.parse(text) : {}) as ApiBody,
        });
      });
    });
    outgoing.on('error', reject);
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });
}
