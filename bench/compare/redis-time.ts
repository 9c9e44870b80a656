import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceProcess } from '../../test/support/service-process.js';
import { MANY_CLIENTS, type Effort } from '../load/contenders.js';
import { pin, PROCESSOR } from '../load/pin.js';
import { roundRobin } from '../load/requests.js';
import type { SideBySide } from '../load/side-by-side.js';
import type { Workload } from '../load/workloads.js';
import { appendBytes, prepareList, readLastBytes, store } from '../load/stored.js';
import { rowOfCost, type Row } from './row.js';
import { compareCost, prepareBoth, type Pair } from './sides.js';

const USERS = 50;
/** A read counts as an access when the last access was a minute ago. */
const ACCESS_INTERVAL_MS = 61_000;

export interface RedisTimeData {
  readonly pairs: readonly Pair[];
  /** When a read of the data counts as an access: a `performance.now()`. */
  readonly readyAt: number;
}

/** Stores what `compareRedisTime` needs. To be called well before it, since the data must be a minute old. */
export async function prepareRedisTime(
  servers: SideBySide,
  effort: Effort,
): Promise<RedisTimeData> {
  const pairs = await prepareBoth(servers, (service) => prepare(service, effort));
  return { pairs, readyAt: performance.now() + ACCESS_INTERVAL_MS };
}

/**
 * How long Redis works on the scripts of a request, by its own clock. That clock goes on while another
 * process has the processor, so Redis has one for itself here.
 */
export async function compareRedisTime(
  servers: SideBySide,
  { pairs, readyAt }: RedisTimeData,
  effort: Effort,
): Promise<Row[]> {
  await delay(Math.max(0, readyAt - performance.now()));
  pin(process.pid, PROCESSOR.measured);
  const rows: Row[] = [];
  for (const pair of pairs) {
    const compared = await compareCost(servers, pair, effort);
    const { name } = pair.now;
    rows.push(
      rowOfCost(name, { label: 'µs, 1 client', of: 'redisAlone', digits: 2 }, compared),
      rowOfCost(
        name,
        { label: `µs, ${MANY_CLIENTS} clients`, of: 'redisTogether', digits: 2 },
        compared,
      ),
    );
  }
  return rows;
}

async function prepare(service: ServiceProcess, effort: Effort): Promise<Workload[]> {
  const short = await store(service, { users: USERS, each: 20, messages: 1 });
  const long = await store(service, { users: USERS, each: 1, messages: 50 });
  const list = await prepareList(service, 1_000);
  // No conversation is read twice, so every read counts as an access.
  const reads = (effort.rounds + 1) * (effort.single + effort.many);
  const each = Math.ceil(reads / USERS);
  const unread = await store(service, { users: USERS, each, messages: 1 });
  return [
    { name: 'append a message', next: roundRobin(short.map(appendBytes)) },
    { name: 'read the last 50 messages', next: roundRobin(long.map(readLastBytes(50))) },
    { name: 'list 20 of 1,000 conversations', next: list },
    {
      name: 'read a message, and count the access',
      next: roundRobin(unread.map(readLastBytes(1))),
    },
  ];
}
