/**
 * Everything that this service uses of ioredis 5 although ioredis does not document it: private
 * members, the wording of its errors, an order of events. Read this file when ioredis is updated;
 * its spec fails when ioredis changes one of these. Seen in ioredis 5.11.1.
 */
import {
  SentinelConnector,
  type AbstractConnector,
  type Cluster,
  type Redis,
  type RedisOptions,
} from 'ioredis';
import { Socket } from 'node:net';

/**
 * The timer behind the option `socketTimeout` outlives its connection, and then ends the next
 * connection of the same client (redis/ioredis#2147, fixed in 6). This function clears the private
 * `socketTimeoutTimer` when the connection closes. If ioredis renames it, a client that reconnected
 * loses its new connection once. The nodes of a cluster never connect twice and need none of this.
 */
export function clearSocketTimeoutOnClose(redis: Redis): void {
  const internals = redis as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
  redis.on('close', () => {
    clearTimeout(internals.socketTimeoutTimer);
    internals.socketTimeoutTimer = undefined;
  });
}

/**
 * A password that is read anew whenever a connection sends it. ioredis copies the option from client to
 * client, and makes a text of it only when it makes the command AUTH. If that changes, a connection is made
 * with the token of an earlier one, and is refused once that has expired.
 */
export function passwordReadBy(read: () => string): string {
  return { toString: read } as unknown as string;
}

/**
 * A socket in place of one that could not be opened. ioredis takes a destroyed socket for a connection that
 * failed with the `firstError` of the connector, and tries again. If that changes, a client gives up for
 * ever when it has no token.
 */
export function failedConnection(connector: AbstractConnector, error: Error): Socket {
  connector.firstError = error;
  return new Socket().destroy();
}

/**
 * The bytes that the node sent on its present connection; undefined while there is none. `stream` is
 * public in the types and marked `@ignore` in the documentation. If ioredis renames it, the heartbeat
 * takes a node that sends a long answer for a silent one.
 */
export function bytesReceivedFrom(node: Redis): number | undefined {
  return (node as unknown as { stream?: Socket }).stream?.bytesRead;
}

/**
 * The name (`host:port`) of the primary that serves a slot; '' when the client knows none. `slots` is
 * in the types and not in the documentation; the first name of a slot is its primary. If that
 * changes, a silent primary also stops the requests for other primaries, or stops none.
 */
export function primaryNameOfSlot(cluster: Cluster, slot: number): string {
  return cluster.slots[slot]?.[0] ?? '';
}

/**
 * A SentinelConnector whose own connections, to the sentinels, get further options. ioredis makes
 * these connections in the private method `connectToSentinel` and has no option for them. If ioredis
 * renames it, the log no longer says why the service cannot reach a sentinel, and a second TLS error
 * on such a connection ends the process (redis/ioredis#961).
 */
export class SentinelConnectorWithOptions extends SentinelConnector {
  constructor(options: RedisOptions, toSentinels: RedisOptions) {
    super(options);
    const internals = this as unknown as { connectToSentinel: ConnectToSentinel };
    const connectToSentinel = internals.connectToSentinel.bind(this);
    internals.connectToSentinel = (endpoint, more) =>
      connectToSentinel(endpoint, { ...more, ...toSentinels });
  }
}

type ConnectToSentinel = (endpoint: unknown, options?: RedisOptions) => Redis;

/**
 * The errors of commands that ioredis rejects without sending them; ioredis gives them no code. If
 * the wording changes, a write that never left is reported as one that may have been applied.
 */
export const UNSENT_MESSAGES: ReadonlySet<string> = new Set([
  "Stream isn't writeable and enableOfflineQueue options is false",
  "Cluster isn't ready and enableOfflineQueue options is false",
]);

/**
 * The errors with which ioredis, Node or OpenSSL say that a connection failed, and not why. If the
 * wording changes, the log repeats such an error although it has already reported the cause.
 */
const UNSPECIFIC_MESSAGE = new RegExp(
  [
    'ECONNRESET|EPIPE|ETIMEDOUT|socket disconnected before secure TLS',
    "max retries per request|^Ready check failed|^Stream isn't writeable",
    '^(Connection is closed|timeout|Command timed out|Failed to refresh slots cache|All sentinels)',
  ].join('|'),
);

export function isUnspecific(error: Error): boolean {
  return UNSPECIFIC_MESSAGE.test(error.message);
}

const SENTINELS_UNREACHABLE = /^All sentinels are unreachable.*?ms\.(?: Last error: (.*))?$/s;

/**
 * The error of the last sentinel that failed, where ioredis reports that it reached none: ioredis
 * only puts its text at the end of its own. If the wording changes, the log has ioredis' sentence
 * instead of the cause.
 */
export function sentinelErrorIn(error: Error): Error | undefined {
  const message = SENTINELS_UNREACHABLE.exec(error.message)?.[1];
  return message === undefined ? undefined : new Error(message);
}

/**
 * The error of the last node that failed, where ioredis reports that it reached no node of a cluster.
 * `lastNodeError` is in no type. If ioredis renames it, the log has "Failed to refresh slots cache."
 * instead of the cause.
 */
export function nodeErrorIn(error: Error): Error | undefined {
  const isWrapper = 'lastNodeError' in error && error.lastNodeError instanceof Error;
  return isWrapper ? (error.lastNodeError as Error) : undefined;
}

/** The parts of an error's text that differ from one attempt to the next: a delay, a local port. */
const DIFFERS_EACH_TIME = / Retrying from scratch after [\d.]+ms\.| - Local \(.*?\)/g;

/** The text of an error without the parts that differ from one attempt to the next. */
export function stableMessageOf(message: string): string {
  return message.replace(DIFFERS_EACH_TIME, '').trim();
}

/**
 * Calls back when a cluster was found and did not pass ioredis' check (`cluster_state:ok` in
 * CLUSTER INFO): ioredis emits no error for it. The order of its events shows it: `connect`, and then
 * `close` without `ready`. If the order changes, the log says nothing about such a cluster.
 */
export function onFailedClusterCheck(cluster: Cluster, callback: () => void): void {
  let isChecking = false;
  cluster.on('connect', () => (isChecking = true));
  cluster.on('ready', () => (isChecking = false));
  cluster.on('close', () => {
    if (isChecking) callback();
    isChecking = false;
  });
}
