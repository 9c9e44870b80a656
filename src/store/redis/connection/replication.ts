import { Cluster, type Redis } from 'ioredis';
import { StoreUnavailableError } from '../../store.errors.js';
import { connect, createRedisClient, type RedisClient } from './redis-client.js';
import { primariesOf, primaryNameOf } from './nodes.js';
import type { RedisConnectionOptions } from './redis.options.js';
import { ReplicaBarrier } from './replica-barrier.js';

/** Milliseconds that replicas are given at most, and the share of the time for a command. */
const PATIENCE_MS = 1_000;
const PATIENCE_SHARE = 1 / 3;

export interface ReplicationOptions {
  /** How many replicas must have a write, 1 or more. */
  readonly replicas: number;
  /** Milliseconds that they are given. */
  readonly patienceMs: number;
}

/** What the options ask for; nothing when they ask for no replicas. */
export function replicatedWrites(options: RedisConnectionOptions): ReplicatedWrites | undefined {
  const { waitReplicas: replicas, timeoutMs } = options;
  if (replicas === 0) return undefined;
  // A write may find one WAIT before it and then has its own: two of them fit into the time.
  const patienceMs = Math.ceil(Math.min(PATIENCE_MS, timeoutMs * PATIENCE_SHARE));
  return new ReplicatedWrites(createRedisClient(options), { replicas, patienceMs });
}

/**
 * Writes that count only when replicas have them, so that a promotion loses none. They have a client
 * of their own: WAIT holds up the connection that it is sent on, and must be sent on the connection
 * of the write.
 *
 * In a cluster they go straight to the primary and follow no redirection, for WAIT has no key by
 * which it would follow: while their slot moves, they are refused.
 */
export class ReplicatedWrites {
  private readonly barriers = new WeakMap<Redis, ReplicaBarrier>();

  constructor(
    readonly client: RedisClient,
    private readonly options: ReplicationOptions,
  ) {}

  get isReady(): boolean {
    return this.client.status === 'ready';
  }

  connect(): Promise<void> {
    return connect(this.client);
  }

  /** Runs a write on the primary that has the key: its reply, once enough replicas have it too. */
  async run<Reply>(key: string, write: (primary: Redis) => Promise<Reply>): Promise<Reply> {
    const primary = primariesOf(this.client).get(primaryNameOf(this.client, key));
    try {
      if (!primary) throw new StoreUnavailableError(NO_PRIMARY, { mayHaveBeenApplied: false });
      const reply = await write(primary);
      await this.replicated(primary);
      return reply;
    } catch (error) {
      // It may have been the wrong primary, or none any more.
      if (this.client instanceof Cluster) this.client.refreshSlotsCache();
      throw error;
    }
  }

  close(): void {
    this.client.disconnect();
  }

  /** Whatever fails here, the write has been applied. */
  private async replicated(primary: Redis): Promise<void> {
    const { replicas, patienceMs } = this.options;
    let barrier = this.barriers.get(primary);
    if (!barrier) {
      barrier = new ReplicaBarrier(() => primary.wait(replicas, patienceMs));
      this.barriers.set(primary, barrier);
    }
    const count = await barrier.pass().catch((cause: unknown) => {
      throw new StoreUnavailableError('Redis does not say which replicas have the write.', {
        cause,
        mayHaveBeenApplied: true,
      });
    });
    if (count >= replicas) return;
    throw new StoreUnavailableError(`Only ${count} replicas have the write.`, {
      mayHaveBeenApplied: true,
    });
  }
}

const NO_PRIMARY = 'No primary of the cluster is known to have the key.';
