import { isoTime } from './iso-time.js';

export const ACCESS_CONTEXT = 'Access';

/** What the log says about one request when it has ended. */
export interface AccessLine {
  readonly requestId: string;
  readonly method: string;
  /** The pattern, such as `/api/v1/conversations/:id`; absent when no route matches. */
  readonly route?: string;
  /** Without the query. */
  readonly path: string;
  /** Absent when the connection closed before there was an answer. */
  readonly status?: number;
  readonly durationMs: number;
  /** Bytes of the answer with its head, without TLS. */
  readonly bytes: number;
  /** The hash of the tenant; absent when the caller is not known. */
  readonly tenant?: string;
  /** The connection closed before the whole answer was written. */
  readonly aborted?: true;
  readonly remoteAddress?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** Code of an application may log something else in this context. */
export function isAccessLine(message: unknown): message is AccessLine {
  return typeof message === 'object' && message !== null && 'durationMs' in message;
}

const CONTEXT = `"pid":${process.pid},"context":"${ACCESS_CONTEXT}"`;

/**
 * The line in the form of pino's lines. The service chooses all texts in it so that none needs to be escaped, except
 * those that are escaped here.
 */
export function toJsonLine(level: string, line: AccessLine): string {
  const { route, status, tenant, remoteAddress } = line;
  let json = `{"level":"${level}"${isoTime()},${CONTEXT},"requestId":"${line.requestId}","method":"${line.method}"`;
  if (route !== undefined) json += `,"route":${JSON.stringify(route)}`;
  json += `,"path":${JSON.stringify(line.path)}`;
  if (status !== undefined) json += `,"status":${status}`;
  json += `,"durationMs":${line.durationMs},"bytes":${line.bytes}`;
  if (tenant !== undefined) json += `,"tenant":"${tenant}"`;
  if (line.aborted) json += ',"aborted":true';
  if (remoteAddress !== undefined) json += `,"remoteAddress":${JSON.stringify(remoteAddress)}`;
  if (line.trace_id !== undefined) {
    json += `,"trace_id":"${line.trace_id}","span_id":"${line.span_id}"`;
  }
  return `${json}}\n`;
}
