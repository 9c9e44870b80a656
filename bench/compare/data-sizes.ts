import type { ServiceProcess } from '../../test/support/service-process.js';
import { MANY_CLIENTS, type Effort } from '../load/contenders.js';
import { roundRobin } from '../load/requests.js';
import type { SideBySide } from '../load/side-by-side.js';
import type { Workload } from '../load/workloads.js';
import { appendBytes, prepareList, readLastBytes, store } from '../load/stored.js';
import { rowOfCost, type Row } from './row.js';
import { compareCost, prepareBoth } from './sides.js';

const USERS = 20;
/** Enough conversations that the appends of a run make none much longer. */
const LENGTHS = [
  { messages: 10, each: 250 },
  { messages: 10_000, each: 1 },
];
const LIST_LENGTHS = [20, 1_000, 10_000];

/** Requests of bench:flat, on little data and on much. */
export async function compareDataSizes(servers: SideBySide, effort: Effort): Promise<Row[]> {
  const rows: Row[] = [];
  for (const pair of await prepareBoth(servers, prepare)) {
    const compared = await compareCost(servers, pair, effort);
    const { name } = pair.now;
    rows.push(
      rowOfCost(name, { label: 'ms, 1 client', of: 'ms', digits: 3 }, compared),
      rowOfCost(
        name,
        { label: `a second, ${MANY_CLIENTS} clients`, of: 'perSecond', digits: 0 },
        compared,
      ),
      rowOfCost(
        name,
        { label: 'processor µs of the service', of: 'cpuMicroseconds', digits: 1 },
        compared,
      ),
    );
  }
  return rows;
}

async function prepare(service: ServiceProcess): Promise<Workload[]> {
  const workloads: Workload[] = [];
  for (const { messages, each } of LENGTHS) {
    const stored = await store(service, { users: USERS, each, messages });
    // The first read of a minute counts as an access and costs more: as many of each length.
    const reads = stored.slice(0, USERS).map(readLastBytes(10));
    const all = messages.toLocaleString('en');
    workloads.push(
      { name: `append to ${all} messages`, next: roundRobin(stored.map(appendBytes)) },
      { name: `read the last 10 of ${all} messages`, next: roundRobin(reads) },
    );
  }
  for (const count of LIST_LENGTHS) {
    const name = `list 20 of ${count.toLocaleString('en')} conversations`;
    workloads.push({ name, next: await prepareList(service, count) });
  }
  return workloads;
}
