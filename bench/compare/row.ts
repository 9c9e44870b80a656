import type { Compared, Figures } from '../load/contenders.js';
import type { Run } from '../load/measure.js';
import type { Round } from '../load/side-by-side.js';
import type { Table } from '../report/report.js';
import { median, medianError } from '../report/statistics.js';

/** One measure of one request, before and now. */
export interface Row {
  readonly request: string;
  readonly measure: string;
  readonly before: string;
  readonly now: string;
  /** How fast this checkout is over the other one. Below 1 is slower, for every measure. */
  readonly speed: number;
  /** By how much `speed` may be off. */
  readonly error: number;
}

interface Measure<Name> {
  readonly label: string;
  readonly of: Name;
  readonly digits: number;
}

export function rowOfRounds(
  request: string,
  { label, of, digits }: Measure<'goodPerSecond' | 'goodPerCpuSecond'>,
  rounds: readonly Round[],
): Row {
  const middle = (pick: (round: Round) => Run): string =>
    median(rounds.map((round) => pick(round)[of])).toFixed(digits);
  return {
    request,
    measure: label,
    before: middle(({ other }) => other),
    now: middle(({ ours }) => ours),
    ...speed(rounds.map(({ ours, other }) => ours[of] / other[of])),
  };
}

export function rowOfCost(
  request: string,
  { label, of, digits }: Measure<keyof Figures>,
  [before, now]: readonly [Compared, Compared],
): Row {
  return {
    request,
    measure: label,
    before: before.figures[of].toFixed(digits),
    now: now.figures[of].toFixed(digits),
    ...speed(now.rounds.map((times) => 1 / times[of])),
  };
}

function speed(speeds: readonly number[]): Pick<Row, 'speed' | 'error'> {
  return { speed: median(speeds), error: medianError(speeds) };
}

export function toTable(caption: string, rows: readonly Row[]): Table {
  return {
    caption,
    columns: ['request', 'measure', 'before', 'now', 'speed, now over before', '±'],
    rows: rows.map(({ request, measure, before, now, speed, error }) => [
      request,
      measure,
      before,
      now,
      speed.toFixed(3),
      error.toFixed(3),
    ]),
  };
}
