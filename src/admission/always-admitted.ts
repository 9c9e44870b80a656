import type { IncomingMessage } from 'node:http';

const PROBES = /^\/(?:health|metrics)(?:[/?]|$)/;

/**
 * Probes, scrapes of metrics and preflights are admitted without a slot. A platform restarts a process whose probe
 * gets no answer, although the process is only busy, and who watches an overload must see it. A browser does not send the request whose preflight
 * was refused.
 */
export function isAlwaysAdmitted({ method, url = '' }: IncomingMessage): boolean {
  return method === 'OPTIONS' || PROBES.test(url);
}
