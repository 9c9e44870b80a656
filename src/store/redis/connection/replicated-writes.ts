import { Cluster, type Redis } from 'ioredis';
import { StoreUnavailableError } from '../../store.errors.js';
import { createRedisClient, type RedisClient } from './client.js';
import { connect } from './connect.js';
import { primariesOf, primaryNameOf } from './nodes.js';
import type { RedisConnectionOptions } from './options.js';
import { ReplicaBarrier } from './replica-barrier.js';

/** Milliseconds that a WAIT may take: at most this many, and at most this part of a command's time. */
const WAIT_MS = 1_000;
const WAIT_PART_OF_TIMEOUT = 1 / 3;

/**
 * Milliseconds between two PINGs to each primary. The heartbeat is on other connections, and Azure closes a
 * connection that is idle for ten minutes.
 */
const PING_MS = 1_000;

const NO_PRIMARY = 'The cluster names no primary for this key.';

export interface ReplicationOptions {
  /** How many replicas must have a write, 1 or more. */
  readonly replicas: number;
  /** Milliseconds after which a WAIT answers with fewer replicas. */
  readonly waitMs: number;
}

/** Undefined when the options require no replica. */
export function createReplicatedWrites(
  options: RedisConnectionOptions,
): ReplicatedWrites | undefined {
  const { waitReplicas: replicas, timeoutMs } = options;
  if (replicas === 0) return undefined;
  // A write may have to wait for a WAIT before its own: both fit into the time of a command.
  const waitMs = Math.ceil(Math.min(WAIT_MS, timeoutMs * WAIT_PART_OF_TIMEOUT));
  return new ReplicatedWrites(createRedisClient(options), { replicas, waitMs });
}

/**
 * Writes that succeed only when enough replicas have them, so that a promotion loses none. They have
 * a client of their own. WAIT must be sent on the connection of the write, and it blocks that
 * connection.
 *
 * In a cluster these writes go straight to the primary and follow no redirection, because WAIT has no
 * key and could not follow. While a slot moves, the writes to it are refused.
 */
export class ReplicatedWrites {
  private readonly barriers = new WeakMap<Redis, ReplicaBarrier>();
  private pings: NodeJS.Timeout | undefined;

  constructor(
    readonly client: RedisClient,
    private readonly options: ReplicationOptions,
  ) {}

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  connect(): Promise<void> {
    this.pings ??= setInterval(() => this.pingAll(), PING_MS).unref();
    return connect(this.client);
  }

  /** Runs a write on the primary of the key, and resolves with its reply once the replicas have it. */
  async run<Reply>(key: string, write: (primary: Redis) => Promise<Reply>): Promise<Reply> {
    const primary = primariesOf(this.client).get(primaryNameOf(this.client, key));
    try {
      if (!primary) throw new StoreUnavailableError(NO_PRIMARY, { mayHaveBeenApplied: false });
      const reply = await write(primary);
      await this.waitForReplicas(primary);
      return reply;
    } catch (error) {
      // The slot may have moved, or its primary may have gone.
      if (this.client instanceof Cluster) this.client.refreshSlotsCache();
      throw error;
    }
  }

  close(): void {
    clearInterval(this.pings);
    this.client.disconnect();
  }

  /** One that fails closes its connection, for the next write to find a new one. */
  private pingAll(): void {
    for (const primary of primariesOf(this.client).values()) {
      primary.ping().catch(() => undefined);
    }
  }

  /** The write has been applied by now, whatever fails here. */
  private async waitForReplicas(primary: Redis): Promise<void> {
    const { replicas, waitMs } = this.options;
    let barrier = this.barriers.get(primary);
    if (!barrier) {
      barrier = new ReplicaBarrier(() => primary.wait(replicas, waitMs));
      this.barriers.set(primary, barrier);
    }
    const count = await barrier.pass().catch((cause: unknown) => {
      throw new StoreUnavailableError('Redis did not say which replicas have the write.', {
        cause,
        mayHaveBeenApplied: true,
      });
    });
    if (count >= replicas) return;
    throw new StoreUnavailableError(`${count} of ${replicas} required replicas have the write.`, {
      mayHaveBeenApplied: true,
    });
  }
}
