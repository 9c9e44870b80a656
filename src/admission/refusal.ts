import type { IncomingMessage, ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER, requestIdOf } from '../http/request-id.js';
import { OverloadedError } from '../http/request.errors.js';
import { toProblem } from '../problems/problem-catalogue.js';
import { toProblemView } from '../problems/problem.view.js';

/** The answer to a request that is refused. It is made once, because a refusal must cost little. */
const PROBLEM = toProblem(new OverloadedError('slots'));
const BODY = JSON.stringify(toProblemView(PROBLEM));
const HEADERS = Object.entries({
  'Content-Type': 'application/problem+json',
  'Content-Length': String(Buffer.byteLength(BODY)),
  ...PROBLEM.headers,
}).flat();

export interface RefusalOptions {
  /** The pages of these origins may read the refusal. To any other page, the browser reports a failed network. */
  readonly corsOrigins: ReadonlySet<string>;
  /** The client must not send another request on this connection. */
  readonly closes: boolean;
}

/** Node drops the rest of the body as it arrives, so the connection stays usable. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { corsOrigins, closes }: RefusalOptions,
): void {
  const headers = [...HEADERS, REQUEST_ID_HEADER, requestIdOf(request)];
  const origin = corsOrigins.size > 0 ? request.headers.origin : undefined;
  if (origin !== undefined && corsOrigins.has(origin)) {
    headers.push('Access-Control-Allow-Origin', origin, 'Vary', 'Origin');
    headers.push('Access-Control-Expose-Headers', `Retry-After, ${REQUEST_ID_HEADER}`);
  }
  if (closes) headers.push('Connection', 'close');
  response.writeHead(PROBLEM.status, headers).write(BODY);
  // Sends head and body in one system call. Together with the empty chunk of `end` it costs a tenth more.
  response.socket?.uncork();
  response.end();
}
