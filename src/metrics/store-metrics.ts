import { Counter, type Registry } from 'prom-client';
import { serverCommands, storeOperations } from '../observation/operations.js';
import { DurationHistogram } from './duration-histogram.js';
import { PREFIX } from './labels.js';
import { OperationDurations } from './operation-durations.js';
import type { Subscriptions } from './subscriptions.js';

const OPERATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 2.5, 5];

/** There are many commands: fewer buckets. */
const COMMAND_BUCKETS = [0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1, 5];

/** What a result of the store may say of how it was made. */
interface TellingResult {
  readonly replayed?: boolean;
  readonly outcome?: string;
  readonly source?: string;
}

/** The calls of the store port, and the commands to the servers behind it. */
export function addStoreMetrics(registry: Registry, subscriptions: Subscriptions): void {
  const operations = new DurationHistogram(registry, {
    name: 'store_operation_duration_seconds',
    help: 'Calls of the store port: ok, or the code of the error that they ended with.',
    labelNames: ['driver', 'method', 'outcome'],
    buckets: OPERATION_BUCKETS,
  });
  const commands = new DurationHistogram(registry, {
    name: 'server_command_duration_seconds',
    help: 'Commands to Redis and PostgreSQL: scripts, prepared statements and others, by name.',
    labelNames: ['system', 'name', 'outcome'],
    buckets: COMMAND_BUCKETS,
  });
  const replays = new Counter({
    name: `${PREFIX}idempotent_replays_total`,
    help: 'Writes and turns that an earlier request with the same idempotency key had made.',
    registers: [registry],
  });
  const archiveReads = new Counter({
    name: `${PREFIX}archive_reads_total`,
    help: 'Reads and lists that PostgreSQL answered because Redis in front of it could not.',
    registers: [registry],
  });
  const onResult = (result: unknown): void => {
    const { replayed, outcome, source } = (result ?? {}) as TellingResult;
    if (replayed === true || outcome === 'replayed') replays.inc();
    if (source === 'archive') archiveReads.inc();
  };
  new OperationDurations(operations, 'driver', 'method').observe(
    storeOperations,
    subscriptions,
    onResult,
  );
  new OperationDurations(commands, 'system', 'name').observe(serverCommands, subscriptions);
}
