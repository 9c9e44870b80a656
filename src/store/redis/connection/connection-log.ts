import { Cluster } from 'ioredis';
import type { RedisClient } from './redis-client.js';
import { diagnose, OF_REDIS, OF_SENTINEL } from './diagnosis.js';

/** What says that something is wrong, and not what. */
const VAGUE = new RegExp(
  [
    'ECONNRESET|EPIPE|ETIMEDOUT|socket disconnected before secure TLS',
    "max retries per request|^Ready check failed|^Stream isn't writeable",
    '^(Connection is closed|timeout|Command timed out|Failed to refresh slots cache|All sentinels)',
  ].join('|'),
);

/** What ioredis says of its sentinels, with the last error where one was asked in vain. */
const SENTINELS = /^All sentinels are unreachable.*?ms\.(?: Last error: (.*))?$/s;

const NOT_READY =
  'Redis: the cluster is there, but not ready: its cluster_state is not ok, or the user may not ' +
  'run CLUSTER INFO.';

/** Tells what is wrong, once, however often the client tries again; anew after it was ready. */
export class ConnectionErrorLog {
  private readonly told = new Set<string>();
  /** What is known to be wrong, for errors that do not say. */
  private cause: Error | undefined;
  private isStopped = false;

  constructor(private readonly tell: (complaint: string) => void) {}

  watch(client: RedisClient): void {
    client.on('trouble', (trouble: Error | undefined) => (this.cause = trouble));
    client.on('error', (error: Error) => this.about(error));
    client.on('ready', () => this.forget());
    if (client instanceof Cluster) this.watchCheck(client);
  }

  about(error: Error): void {
    const [specific, subject] = unwrap(error);
    const isVague = VAGUE.test(specific.message);
    if (!isVague) this.cause = specific;
    if (isVague && !this.cause) this.tellUnlessMoreIsKnown(diagnose(specific, subject));
    else this.tellOnce(diagnose(this.cause ?? specific, subject));
  }

  /** A client that is told to disconnect complains of that, too. */
  stop(): void {
    this.isStopped = true;
  }

  /** ioredis says nothing of a cluster that was found and did not pass its check. */
  private watchCheck(cluster: Cluster): void {
    let isChecking = false;
    cluster.on('connect', () => (isChecking = true));
    cluster.on('ready', () => (isChecking = false));
    cluster.on('close', () => {
      if (isChecking) this.tellUnlessMoreIsKnown(NOT_READY);
      isChecking = false;
    });
  }

  private tellUnlessMoreIsKnown(complaint: string): void {
    if (this.told.size === 0) this.tellOnce(complaint);
  }

  private tellOnce(complaint: string): void {
    if (this.isStopped || this.told.has(complaint)) return;
    this.told.add(complaint);
    this.tell(complaint);
  }

  private forget(): void {
    this.told.clear();
    this.cause = undefined;
  }
}

/** The error inside, and whose it is. */
function unwrap(error: Error): [Error, typeof OF_REDIS] {
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) {
    return [error.lastNodeError, OF_REDIS];
  }
  const last = SENTINELS.exec(error.message)?.[1];
  return last === undefined ? [error, OF_REDIS] : [new Error(last), OF_SENTINEL];
}
