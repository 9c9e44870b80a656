import type { Compared, Figures } from '../load/contenders.js';
import type { Run } from '../load/measure.js';
import type { Round } from '../load/side-by-side.js';
import type { Table } from '../report/report.js';
import { median, medianError } from '../report/statistics.js';

/** One measure of one request, before and now. */
export interface Row {
  readonly request: string;
  readonly measure: Measure;
  readonly before: readonly number[];
  readonly now: readonly number[];
  /** How fast this checkout is over the other one, in every round. Below 1 is slower, for every measure. */
  readonly speeds: readonly number[];
}

interface Measure {
  readonly label: string;
  /** Of its values, behind the decimal point. */
  readonly digits: number;
}

export function rowOfRounds(
  request: string,
  { of, ...measure }: Measure & { readonly of: 'goodPerSecond' | 'goodPerCpuSecond' },
  rounds: readonly Round[],
): Row {
  const values = (pick: (round: Round) => Run): number[] => rounds.map((round) => pick(round)[of]);
  return {
    request,
    measure,
    before: values(({ other }) => other),
    now: values(({ ours }) => ours),
    speeds: rounds.map(({ ours, other }) => ours[of] / other[of]),
  };
}

export function rowOfCost(
  request: string,
  { of, ...measure }: Measure & { readonly of: keyof Figures },
  [before, now]: readonly [Compared, Compared],
): Row {
  return {
    request,
    measure,
    before: [before.figures[of]],
    now: [now.figures[of]],
    speeds: now.rounds.map((times) => 1 / times[of]),
  };
}

/** The rows of several runs, which have the same requests and measures in the same order. */
export function mergeRows(runs: readonly (readonly Row[])[]): Row[] {
  const [first = []] = runs;
  return first.map((row, i) => {
    const all = runs.map((rows) => rows[i] as Row);
    return {
      ...row,
      before: all.flatMap(({ before }) => before),
      now: all.flatMap(({ now }) => now),
      speeds: all.flatMap(({ speeds }) => speeds),
    };
  });
}

export function nameOf({ request, measure }: Row): string {
  return `${request}: ${measure.label}`;
}

export function speedOf({ speeds }: Row): number {
  return median(speeds);
}

export function toTable(caption: string, rows: readonly Row[]): Table {
  return {
    caption,
    columns: ['request', 'measure', 'before', 'now', 'speed, now over before', '±'],
    rows: rows.map((row) => [
      row.request,
      row.measure.label,
      median(row.before).toFixed(row.measure.digits),
      median(row.now).toFixed(row.measure.digits),
      speedOf(row).toFixed(3),
      medianError(row.speeds).toFixed(3),
    ]),
  };
}
