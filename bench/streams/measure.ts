import { setTimeout as delay } from 'node:timers/promises';
import type { RedisServer } from '../../test/support/redis-server.js';
import { cpuMs } from '../load/process-usage.js';
import { quantile } from '../report/statistics.js';
import type { Side } from './sides.js';
import { openStream, type ReadStream } from './stream-client.js';

/** Milliseconds over which the streams of a run begin. */
const RAMP_MS = 1_500;

export interface StreamLoad {
  readonly streams: number;
  /** Of a stream. */
  readonly tokens: number;
}

/** What a run cost. */
export interface StreamCosts {
  /** Milliseconds from the yield of a token to the client. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Milliseconds from a request to its first token: the median. */
  readonly firstMs: number;
  /** Milliseconds of processor time for a thousand tokens. */
  readonly serverCpuMs: number;
  readonly redisCpuMs: number;
}

/** Reads so many streams at once, each to its end. */
export async function measureStreams(
  { process, prepare }: Side,
  redis: RedisServer,
  { streams, tokens }: StreamLoad,
): Promise<StreamCosts> {
  const requests = await prepare(streams, tokens);
  const before = [cpuMs(process.pid), cpuMs(redis.pid)] as const;
  const read = await Promise.all(
    requests.map(async (request, i) => {
      await delay((i * RAMP_MS) / streams);
      return (await openStream(request)).ended;
    }),
  );
  const after = [cpuMs(process.pid), cpuMs(redis.pid)] as const;
  for (const { tokens: all } of read) {
    if (all.length !== tokens) throw new Error(`A stream had ${all.length} of ${tokens} tokens.`);
  }
  const thousands = (streams * tokens) / 1_000;
  const delays = delaysOf(read);
  return {
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    firstMs: quantile(
      read.map(({ startedAt, tokens: [first] }) => (first?.readAt ?? NaN) - startedAt),
      0.5,
    ),
    serverCpuMs: (after[0] - before[0]) / thousands,
    redisCpuMs: (after[1] - before[1]) / thousands,
  };
}

/** Of the tokens that were yielded after the last request and before the first end. */
function delaysOf(read: readonly ReadStream[]): number[] {
  const from = Math.max(...read.map(({ startedAt }) => startedAt));
  const to = Math.min(...read.map(({ tokens }) => tokens.at(-1)?.yieldedAt ?? NaN));
  return read.flatMap(({ tokens }) =>
    tokens
      .filter(({ yieldedAt }) => yieldedAt >= from && yieldedAt <= to)
      .map(({ yieldedAt, readAt }) => readAt - yieldedAt),
  );
}
