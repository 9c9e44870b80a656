import { ReplyError, type Redis } from 'ioredis';
import type { Socket } from 'node:net';
import type { RedisClient } from './redis-client.js';
import { primariesOf, primaryNameOf } from './nodes.js';

/** Milliseconds between two PINGs to a node, and for which it may say nothing while it owes an answer. */
const INTERVAL_MS = 500;
const PATIENCE_MS = 2_000;

/** What the heartbeat tells its owner. */
export interface HeartbeatReports {
  changed(node: string, isSilent: boolean): void;
  /** A PING was answered, with an error. */
  refused(error: Error): void;
}

/**
 * Tells which nodes answer. A connection that is open is no proof: a stopped or cut-off server keeps
 * it. Asked while a node is silent, the store refuses at once what would wait for a timeout, until
 * the node has answered a PING again. In a cluster each primary counts for its own slots.
 */
export class RedisHeartbeat {
  private readonly silent = new Set<string>();
  private readonly owing = new Set<Redis>();
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly client: RedisClient,
    private readonly reports: HeartbeatReports,
  ) {}

  start(): void {
    if (this.isStopped) return;
    this.timer ??= setInterval(() => this.beat(), INTERVAL_MS).unref();
    this.beat();
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }

  /** Whether the node of this key is silent. */
  isSilent(key: string): boolean {
    return this.silent.size > 0 && this.silent.has(primaryNameOf(this.client, key));
  }

  /** A node that is not silent, if there is one. */
  anyNode(): Redis | undefined {
    return [...primariesOf(this.client)].find(([name]) => !this.silent.has(name))?.[1];
  }

  private beat(): void {
    const nodes = primariesOf(this.client);
    for (const name of this.silent) {
      if (!nodes.has(name)) this.mark(name, false);
    }
    for (const [name, node] of nodes) {
      if (!this.owing.has(node)) void this.ping(name, node);
    }
  }

  private async ping(name: string, node: Redis): Promise<void> {
    this.owing.add(node);
    const watch = this.watch(node, () => this.mark(name, true));
    const isAnswered = await node.ping().then(
      () => true,
      (error: unknown) => this.isAnswer(error),
    );
    clearInterval(watch);
    this.owing.delete(node);
    // A node that has been replaced meanwhile says nothing about the one that took its name.
    if (primariesOf(this.client).get(name) === node) this.mark(name, !isAnswered);
  }

  /** Calls back when nothing at all comes from the node: one that sends a long answer is not silent. */
  private watch(node: Redis, onSilence: () => void): NodeJS.Timeout {
    let heard = bytesFrom(node);
    return setInterval(() => {
      // When this process was the one that stood still, the answer is there, waiting to be read.
      setImmediate(() => {
        const before = heard;
        heard = bytesFrom(node);
        if (heard === before && this.owing.has(node)) onSilence();
      });
    }, PATIENCE_MS).unref();
  }

  private isAnswer(error: unknown): boolean {
    if (!(error instanceof ReplyError)) return false;
    this.reports.refused(error as Error);
    return true;
  }

  private mark(name: string, isSilent: boolean): void {
    if (this.isStopped || this.silent.has(name) === isSilent) return;
    if (isSilent) this.silent.add(name);
    else this.silent.delete(name);
    this.reports.changed(name, isSilent);
  }
}

/** Bytes that the node has sent on its present connection. */
function bytesFrom(node: Redis): number | undefined {
  return (node as unknown as { stream?: Socket }).stream?.bytesRead;
}
