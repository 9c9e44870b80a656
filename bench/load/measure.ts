import { isQuick } from '../command-line.js';
import { closedLoop, openLoop, type Outcome } from './load.js';
import type { PinnedService } from './pinned-service.js';
import { cpuMs, rssMiB } from './process-usage.js';
import type { Workload } from './workloads.js';

const PEAK_SECONDS = isQuick ? 2 : 4;
const LEVELS = [16, 32, 64, 128];

/** A process that answers requests. */
export type Measured = Pick<PinnedService, 'pid' | 'port'>;

/** The answers of a run, and its cost to the service. */
export interface Run {
  readonly good: number;
  readonly goodPerSecond: number;
  readonly goodPerCpuSecond: number;
  /** The used share of one processor. Well below 1 at a peak, other processes had it: the run says little. */
  readonly cpuShare: number;
  readonly refused: number;
  /** Answers that are neither good nor refused. There should be none. */
  readonly other: number;
  /** Requests that were due while every connection waited for an answer. */
  readonly unsent: number;
  readonly goodMs: readonly number[];
  readonly refusedMs: readonly number[];
  readonly rssMaxMiB: number;
}

/** The most good answers a second that the service gives, and the number of clients then. */
export interface Peak {
  readonly clients: number;
  readonly goodPerSecond: number;
}

export async function findPeak(service: Measured, workload: Workload): Promise<Peak> {
  const peaks: Peak[] = [];
  for (const clients of LEVELS) {
    const { goodPerSecond } = await atPeak(service, workload, clients);
    peaks.push({ clients, goodPerSecond });
  }
  return peaks.reduce((best, peak) => (peak.goodPerSecond > best.goodPerSecond ? peak : best));
}

export function atPeak(service: Measured, workload: Workload, clients: number): Promise<Run> {
  return runClients(service, workload, { clients, seconds: PEAK_SECONDS });
}

/** A closed loop: each client sends its next request when the last one is answered. */
export function runClients(
  { port, pid }: Measured,
  { next }: Workload,
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<Run> {
  return run(pid, () => closedLoop({ port, next, seconds }, clients));
}

/** Requests a second, for `seconds` after a warm-up that does not count. */
export interface Rate {
  readonly rate: number;
  readonly seconds: number;
  readonly warmUpSeconds?: number;
}

export function atRate(
  service: Measured,
  workload: Workload,
  { rate, seconds, warmUpSeconds = 0 }: Rate,
): Promise<Run> {
  const load = { port: service.port, next: workload.next, seconds, warmUpSeconds };
  return run(service.pid, (begin) => openLoop({ ...load, begin }, rate));
}

/** `load` calls `begin` when its warm-up is over. Without a warm-up it need not. */
async function run(pid: number, load: (begin: () => void) => Promise<Outcome>): Promise<Run> {
  let rssMaxMiB = 0;
  const sampler = setInterval(() => (rssMaxMiB = Math.max(rssMaxMiB, rssMiB(pid))), 200);
  let cpuBefore = cpuMs(pid);
  const { answers, seconds, unsent } = await load(() => {
    cpuBefore = cpuMs(pid);
  });
  const cpuSeconds = (cpuMs(pid) - cpuBefore) / 1_000;
  clearInterval(sampler);
  const goodMs = answers.filter(({ status }) => status >= 200 && status < 300).map(({ ms }) => ms);
  const refusedMs = answers.filter(({ status }) => status === 503).map(({ ms }) => ms);
  return {
    good: goodMs.length,
    goodPerSecond: goodMs.length / seconds,
    goodPerCpuSecond: goodMs.length / cpuSeconds,
    cpuShare: cpuSeconds / seconds,
    refused: refusedMs.length,
    other: answers.length - goodMs.length - refusedMs.length,
    unsent,
    goodMs,
    refusedMs,
    rssMaxMiB,
  };
}
