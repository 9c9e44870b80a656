import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loopReport, WATCHED_LOOP } from '../support/loop-report.js';
import { until } from '../support/redis-server.js';

/** Works for as many milliseconds of a processor's time as it is told to, and says so. */
const WORKER = `
  process.stdin.on('data', (text) => {
    const end = process.cpuUsage().user + Number(text) * 1000;
    while (process.cpuUsage().user < end);
    console.log('done');
  });
  console.log('ready');
`;

describe('the watch on an event loop', () => {
  let child: ChildProcess;
  const watched = {
    output: '',
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
  };

  beforeEach(async () => {
    watched.output = '';
    const env = { PATH: process.env['PATH'], ...WATCHED_LOOP };
    child = spawn(process.execPath, ['-e', WORKER], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout?.on('data', (chunk: Buffer) => (watched.output += chunk.toString()));
    await until(() => watched.output.includes('ready'));
    await loopReport(watched);
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it('tells of work that blocked it for 150 ms, and forgets it once it has told', async () => {
    child.stdin?.write('150');
    await until(() => watched.output.includes('done'));
    const { blockedMs, delayMs } = await loopReport(watched);
    expect(blockedMs).toBeGreaterThanOrEqual(140);
    expect(delayMs).toBeGreaterThanOrEqual(140);
    expect((await loopReport(watched)).blockedMs).toBeLessThan(100);
  });

  it('does not take a process for blocked that was given no processor', async () => {
    watched.signal('SIGSTOP');
    const stopped = performance.now();
    await until(() => performance.now() - stopped > 250);
    watched.signal('SIGCONT');
    const { blockedMs, delayMs } = await loopReport(watched);
    expect(delayMs).toBeGreaterThanOrEqual(150);
    expect(blockedMs).toBeLessThan(100);
  });
});
