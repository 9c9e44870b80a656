import { median, quantile } from '../../bench/report/statistics.js';
import type { Attack } from './attack.js';
import type { CalmSample } from './calm-tenant.js';
import type { Measured, Phase } from './measure-attack.js';
import type { AbuseRow } from './results.js';

/** What the others may see of an attack: milliseconds, and MiB of the process. */
const MOST = {
  timesUsual: 15,
  medianMs: 150,
  p99Ms: 500,
  livenessMs: 500,
  newcomerMs: 10_000,
  rssMiB: 450,
} as const;

/** Scripts a second beside those of the calm tenant that may still run when an attack is over. */
const SPARE_SCRIPTS = 20;

/** Attacks whose work goes on without them say how many scripts a second it may cost. */
type Allowance = Pick<Attack, 'scriptsAfter'>;

/** The row of the table for what was measured. */
export function toRow(attack: Allowance & Pick<Attack, 'name'>, measured: Measured): AbuseRow {
  const { before, during, after, rssMaxMiB, outcomes } = measured;
  return {
    attack: attack.name,
    usualMs: median(timesOf(before.requests)),
    p50Ms: median(timesOf(during.requests)),
    p99Ms: quantile(timesOf(during.requests), 0.99),
    refused: refusedOf(during),
    sent: during.requests.length,
    newcomerMs: slowest(during.newcomers),
    livenessMs: slowest(during.probes),
    rssMiB: rssMaxMiB,
    scriptsPerSecond: during.scriptsPerSecond,
    scriptsPerSecondBefore: before.scriptsPerSecond,
    scriptsPerSecondAfter: after.scriptsPerSecond,
    attackers: [...outcomes].map(([outcome, times]) => `${outcome}: ${times}`).join(', '),
    problems: problemsOf(measured, attack),
  };
}

/** Each says which promise was broken. Empty: the attack took nothing from the others. */
export function problemsOf(
  { before, during, after, rssMaxMiB, findings }: Measured,
  { scriptsAfter = 0 }: Allowance = {},
): readonly string[] {
  const usualMs = median(timesOf(before.requests));
  const medianMs = Math.max(MOST.medianMs, MOST.timesUsual * usualMs);
  const spare = 2 * before.scriptsPerSecond + SPARE_SCRIPTS + scriptsAfter;
  const checks: readonly (readonly [string, number, number])[] = [
    ['refused before', refusedOf(before), 0],
    ['median', median(timesOf(during.requests)), medianMs],
    ['p99', quantile(timesOf(during.requests), 0.99), MOST.p99Ms],
    ['refused', refusedOf(during), 0],
    ['liveness', slowest(during.probes), MOST.livenessMs],
    ['failed probes', during.probes.filter(isRefused).length, 0],
    ['refused newcomers', during.newcomers.filter(isRefused).length, 0],
    ['slowest newcomer', slowest(during.newcomers), MOST.newcomerMs],
    ['refused newcomers after', after.newcomers.filter(isRefused).length, 0],
    ['slowest newcomer after', slowest(after.newcomers), MOST.p99Ms],
    ['RSS', rssMaxMiB, MOST.rssMiB],
    ['median after', median(timesOf(after.requests)), medianMs],
    ['refused after', refusedOf(after), 0],
    ['scripts a second after', after.scriptsPerSecond, spare],
  ];
  // NaN, where nothing was answered, is above every bound.
  const broken = checks.filter(([, value, most]) => !(value <= most));
  return [
    ...broken.map(([name, value, most]) => `${name} ${value.toFixed(0)} > ${most.toFixed(0)}`),
    ...findings,
  ];
}

function timesOf(samples: readonly CalmSample[]): number[] {
  return samples.map(({ ms }) => ms);
}

/** NaN when there are no samples. */
function slowest(samples: readonly CalmSample[]): number {
  return samples.length === 0 ? NaN : Math.max(...timesOf(samples));
}

function refusedOf({ requests }: Phase): number {
  return requests.filter(isRefused).length;
}

function isRefused({ status }: CalmSample): boolean {
  return status < 200 || status > 299;
}
