import type { IncomingMessage } from 'node:http';

const PROBES = /^\/health(?:[/?]|$)/;

/**
 * Probes and preflights are admitted without a slot. A platform restarts a process whose probe gets
 * no answer, although the process is only busy. A browser does not send the request whose preflight
 * was refused.
 */
export function isAlwaysAdmitted({ method, url = '' }: IncomingMessage): boolean {
  return method === 'OPTIONS' || PROBES.test(url);
}
