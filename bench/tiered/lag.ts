import { atRate } from '../load/measure.js';
import type { Workload } from '../load/workloads.js';
import { quantile } from '../report/statistics.js';
import type { TieredServers } from './servers.js';
import { untilSaved } from './unsaved.js';

/** The first requests on new connections are slow with any server, and delay the ones behind them. */
const WARM_UP_SECONDS = 3;

export interface Lag {
  /** Appends a second. */
  readonly rate: number;
  readonly messages: number;
  /** Appends that were refused, or not sent because every connection waited. */
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * How long PostgreSQL does not have what Redis has acknowledged. A message begins with its time by Redis' clock,
 * which is also PostgreSQL's here, and PostgreSQL tells when the transaction committed that brought it.
 */
export async function measureLag(
  { onTiers, own, postgres }: TieredServers,
  appends: Workload,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<Lag> {
  await untilSaved(own);
  const since = Date.now() + WARM_UP_SECONDS * 1_000;
  const schedule = { rate, seconds, warmUpSeconds: WARM_UP_SECONDS };
  const run = await atRate(onTiers, appends, schedule);
  if (run.other > 0) throw new Error(`${run.other} appends failed.`);
  const until = Date.now();
  await untilSaved(own);
  const rows = await postgres.query<{ ms: number }>(
    `SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000
       - left(body, 13)::bigint)::float8 AS ms
     FROM messages WHERE left(body, 13)::bigint BETWEEN ${since} AND ${until}`,
    own.database,
  );
  const ms = rows.map((row) => row.ms);
  return {
    rate,
    messages: ms.length,
    refused: run.refused + run.unsent,
    p50Ms: quantile(ms, 0.5),
    p99Ms: quantile(ms, 0.99),
    maxMs: quantile(ms, 1),
  };
}
