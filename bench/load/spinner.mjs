/* Prevents a processor from sleeping until the process ends that started this one: see awake.ts. */
import { existsSync, writeFileSync } from 'node:fs';

const CHECK_INTERVAL_MS = 50;

// Linux may first divide a processor among sessions. Each process of PostgreSQL has one of its own: in the
// session of the benchmark, this process would go before them.
const SESSION = '/proc/self/autogroup';
if (existsSync(SESSION)) writeFileSync(SESSION, '19');

// Not the current parent, which is another process when the starter has ended already.
const starter = Number(process.argv[2]);
while (process.ppid === starter) {
  const end = Date.now() + CHECK_INTERVAL_MS;
  while (Date.now() < end);
}
