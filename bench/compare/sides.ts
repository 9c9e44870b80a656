import type { ServiceProcess } from '../../test/support/service-process.js';
import { compare, type Compared, type Contender, type Effort } from '../load/contenders.js';
import type { SideBySide } from '../load/side-by-side.js';
import type { Workload } from '../load/workloads.js';

/** A workload of each side. They have the same name; each has the data of its own service. */
export interface Pair {
  readonly before: Workload;
  readonly now: Workload;
}

/** Gives both services the same data. `prepare` returns the workloads in the same order for both. */
export async function prepareBoth(
  { ours, other }: SideBySide,
  prepare: (service: ServiceProcess) => Promise<readonly Workload[]>,
): Promise<Pair[]> {
  const before = await prepare(other);
  const now = await prepare(ours);
  return now.map((workload, i) => ({ before: before[i] as Workload, now: workload }));
}

/** The cost of a request to both services: of the other checkout first, then of this one. */
export async function compareCost(
  { ours, other, redis }: SideBySide,
  { before, now }: Pair,
  effort: Effort,
): Promise<[before: Compared, now: Compared]> {
  const contender = ({ pid, port }: ServiceProcess, { name, next }: Workload): Contender => ({
    name: [name],
    service: { pid, port, redis },
    next,
  });
  const compared = await compare([contender(other, before), contender(ours, now)], effort);
  return compared as [Compared, Compared];
}
