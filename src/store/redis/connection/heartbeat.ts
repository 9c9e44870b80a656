import { ReplyError, type Redis } from 'ioredis';
import type { RedisClient } from './client.js';
import { bytesReceivedFrom } from './ioredis-internals.js';
import { primariesOf, primaryNameOf } from './nodes.js';

/** Milliseconds between two PINGs to a node. */
const INTERVAL_MS = 500;

/** Milliseconds without a byte, while a PING is unanswered, after which a node counts as silent. */
const SILENCE_MS = 2_000;

export interface HeartbeatListener {
  /** A node has become silent, or answers again. */
  onChange(node: string, isSilent: boolean): void;
  /** A node answered a PING with an error. */
  onErrorReply(error: Error): void;
}

/**
 * Knows which primaries answer. An open connection is no proof of it: the connection to a server that
 * is stopped or cut off stays open. While a primary is silent, the store refuses requests for its keys
 * at once, instead of letting each wait for a timeout. In a cluster each primary counts for its own
 * slots.
 */
export class RedisHeartbeat {
  private readonly silent = new Set<string>();
  /** The nodes with a PING that is not answered yet. */
  private readonly pinged = new Set<Redis>();
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly client: RedisClient,
    private readonly listener: HeartbeatListener,
  ) {}

  start(): void {
    if (this.isStopped) return;
    this.timer ??= setInterval(() => this.pingAll(), INTERVAL_MS).unref();
    this.pingAll();
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  /** Whether the primary that has this key is silent. */
  isSilent(key: string): boolean {
    return this.silent.size > 0 && this.isSilentNode(primaryNameOf(this.client, key));
  }

  /** Whether the primary of this name is silent. */
  isSilentNode(name: string): boolean {
    return this.silent.has(name);
  }

  /** A primary that is not silent; undefined when there is none. */
  anyNode(): Redis | undefined {
    return [...primariesOf(this.client)].find(([name]) => !this.silent.has(name))?.[1];
  }

  private pingAll(): void {
    const nodes = primariesOf(this.client);
    for (const name of this.silent) {
      if (!nodes.has(name)) this.setSilent(name, false);
    }
    for (const [name, node] of nodes) {
      if (!this.pinged.has(node)) void this.ping(name, node);
    }
  }

  private async ping(name: string, node: Redis): Promise<void> {
    this.pinged.add(node);
    const silenceTimer = this.onSilence(node, () => this.setSilent(name, true));
    const isAnswered = await node.ping().then(
      () => true,
      (error: unknown) => this.isReply(error),
    );
    clearInterval(silenceTimer);
    this.pinged.delete(node);
    // A failover may have given this name to another node. This PING proves nothing about that node.
    if (primariesOf(this.client).get(name) === node) this.setSilent(name, !isAnswered);
  }

  /**
   * Calls back when the node sends no byte at all. The PING waits behind the answers before it, so a
   * node that sends a long answer is not silent.
   */
  private onSilence(node: Redis, callback: () => void): NodeJS.Timeout {
    let received = bytesReceivedFrom(node);
    return setInterval(() => {
      // If this process stood still, the answer has arrived: the event loop reads it before this runs.
      setImmediate(() => {
        const before = received;
        received = bytesReceivedFrom(node);
        if (received === before && this.pinged.has(node)) callback();
      });
    }, SILENCE_MS).unref();
  }

  private isReply(error: unknown): boolean {
    if (!(error instanceof ReplyError)) return false;
    this.listener.onErrorReply(error as Error);
    return true;
  }

  private setSilent(name: string, isSilent: boolean): void {
    if (this.isStopped || this.silent.has(name) === isSilent) return;
    if (isSilent) this.silent.add(name);
    else this.silent.delete(name);
    this.listener.onChange(name, isSilent);
  }
}
