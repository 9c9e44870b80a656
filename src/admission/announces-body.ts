import type { IncomingMessage } from 'node:http';

/** Whether Fastify will read a body before it calls the handler of the request. */
export function announcesBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = headers['content-length'];
  return length !== undefined && length !== '0';
}
