/**
 * Preloaded into a process (`--import`), tells what it keeps: SIGUSR2 collects all garbage, and prints a
 * line `heap <bytes>`.
 */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collectGarbage();
  process.stdout.write(`heap ${process.memoryUsage().heapUsed}\n`);
});
