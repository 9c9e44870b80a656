import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { PinnedService } from '../load/pinned-service.js';
import { rssMiB } from '../load/process-usage.js';

const UPLOADS = 400;
const BYTES = 1024 * 1024;
const SECONDS = 5;

/** Sends bodies of the largest size without their last byte, and without a token. */
export async function uploadWithoutToken(service: PinnedService): Promise<string> {
  const before = rssMiB(service.pid);
  let refused = 0;
  const uploads = Array.from({ length: UPLOADS }, () => {
    const outgoing = request(`${service.process.url}/api/v1/conversations`, {
      method: 'POST',
      agent: false,
      headers: { 'Content-Type': 'application/json', 'Content-Length': String(BYTES) },
    });
    outgoing.on('error', () => undefined);
    outgoing.on('response', (incoming) => {
      if ((incoming.statusCode ?? 0) >= 400) refused++;
      incoming.resume();
    });
    outgoing.write(Buffer.alloc(BYTES - 1, ' '));
    return outgoing;
  });
  let most = before;
  for (let i = 0; i < SECONDS * 10; i++) {
    await delay(100);
    most = Math.max(most, rssMiB(service.pid));
  }
  for (const outgoing of uploads) outgoing.destroy();
  const mib = [before, most].map((size) => size.toFixed(0)).join(' to ');
  return `${UPLOADS} unfinished uploads of 1 MiB without a token: ${refused} refused, RSS ${mib} MiB`;
}
