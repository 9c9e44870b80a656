/**
 * Preloaded into a process (`--import`), tells how long its event loop was blocked: SIGUSR2 prints a
 * line `loop {"blockedMs":…,"delayMs":…}` of the time since the last such line.
 *
 * `delayMs` is the longest time by which a timer was late. On a busy machine that is also the time
 * for which nobody gave the process a core, so `blockedMs` counts of each delay no more than the CPU
 * time that the process used in it: the time for which it was late because it worked. The histogram
 * of `monitorEventLoopDelay` cannot tell the two apart, and misses what comes right after its reset.
 */
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setInterval } from 'node:timers';

const BEAT_MS = 5;

let blockedMs = 0;
let delayMs = 0;
let isAsked = false;
let last = look();

function look() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

setInterval(() => {
  const now = look();
  const late = now.wallMs - last.wallMs - BEAT_MS;
  delayMs = Math.max(delayMs, late);
  blockedMs = Math.max(blockedMs, Math.min(late, now.cpuMs - last.cpuMs));
  last = now;
  if (isAsked) tell();
}, BEAT_MS).unref();

// Not told at once: a signal may come in front of the beat that notices what was before it.
process.on('SIGUSR2', () => (isAsked = true));

function tell() {
  const report = { blockedMs: Math.round(blockedMs), delayMs: Math.round(delayMs) };
  process.stdout.write(`loop ${JSON.stringify(report)}\n`);
  blockedMs = delayMs = 0;
  isAsked = false;
}
