import { request } from 'node:http';

export interface StreamRequest {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
}

/** What a client has read of a stream. Times are in milliseconds of the clock that all processes share. */
export interface ReadStream {
  readonly headers: NodeJS.Dict<string | string[]>;
  /** When the request was sent. */
  readonly startedAt: number;
  readonly tokens: readonly ReadToken[];
}

interface ReadToken {
  readonly yieldedAt: number;
  readonly readAt: number;
}

/** A stream that is being read. */
export interface OpenStream {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly ended: Promise<ReadStream>;
}

/** Milliseconds of the monotonic clock. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** @throws Error at an answer that is not 200 */
export function openStream({
  port,
  method,
  path,
  token,
  body,
}: StreamRequest): Promise<OpenStream> {
  const headers = {
    Authorization: `Bearer ${token}`,
    Accept: 'text/event-stream',
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const startedAt = now();
    const options = { port, host: '127.0.0.1', method, path, headers, agent: false } as const;
    const sent = request(options, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${path} answered ${response.statusCode}.`));
        return;
      }
      const tokens: ReadToken[] = [];
      let isDone = false;
      const ended = new Promise<ReadStream>((resolveEnd, rejectEnd) => {
        // A piece of the stream may end within a token.
        let rest = '';
        response.setEncoding('latin1').on('data', (piece: string) => {
          const readAt = now();
          const text = rest + piece;
          let to = 0;
          for (const match of text.matchAll(/@(\d+) /g)) {
            tokens.push({ yieldedAt: Number(match[1]) / 1_000, readAt });
            to = match.index + match[0].length;
          }
          isDone ||= text.includes('[DONE]');
          rest = text.slice(Math.max(to, text.length - 64));
        });
        response.once('end', () => {
          if (isDone) resolveEnd({ headers: response.headers, startedAt, tokens });
          else rejectEnd(new Error(`${path} ended without [DONE].`));
        });
        response.once('error', rejectEnd);
      });
      resolve({ headers: response.headers, ended });
    });
    sent.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}
