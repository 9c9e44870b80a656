import slotOf from 'cluster-key-slot';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './redis.client.js';

/** Milliseconds between two PINGs to a node, and for which it may owe the answer to one. */
const INTERVAL_MS = 500;
const PATIENCE_MS = 500;

/**
 * Tells which nodes answer. A connection that is open is no proof: a stopped or cut-off server keeps
 * it. Asked while a node is silent, the store refuses at once what would wait for a timeout, until
 * the node has answered a PING again. In a cluster each primary counts for its own slots.
 */
export class RedisHeartbeat {
  private readonly silent = new Set<string>();
  private readonly owing = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly onChange: (node: string, isSilent: boolean) => void,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.beat(), INTERVAL_MS).unref();
    this.beat();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Whether the node of this key is silent. */
  isSilent(key: string): boolean {
    return this.silent.size > 0 && this.silent.has(this.nodeOf(key));
  }

  /** A node that is not silent, if there is one. */
  anyNode(): Redis | undefined {
    return [...this.nodes()].find(([name]) => !this.silent.has(name))?.[1];
  }

  private beat(): void {
    const nodes = this.nodes();
    for (const gone of [...this.silent].filter((name) => !nodes.has(name)))
      this.silent.delete(gone);
    for (const [name, node] of nodes) {
      if (!this.owing.has(name)) void this.ping(name, node);
    }
  }

  private async ping(name: string, node: Redis): Promise<void> {
    this.owing.add(name);
    const patience = setTimeout(() => {
      // When this process was the one that stood still, the answer is there, waiting to be read.
      setImmediate(() => this.owing.has(name) && this.mark(name, true));
    }, PATIENCE_MS).unref();
    const answered = await node.ping().then(
      () => true,
      () => false,
    );
    clearTimeout(patience);
    this.owing.delete(name);
    this.mark(name, !answered);
  }

  private mark(name: string, isSilent: boolean): void {
    if (this.silent.has(name) === isSilent) return;
    if (isSilent) this.silent.add(name);
    else this.silent.delete(name);
    this.onChange(name, isSilent);
  }

  private nodes(): Map<string, Redis> {
    if (!(this.client instanceof Cluster)) return new Map([[ONLY, this.client]]);
    const primaries = this.client.nodes('master');
    return new Map(primaries.map((node) => [`${node.options.host}:${node.options.port}`, node]));
  }

  private nodeOf(key: string): string {
    if (!(this.client instanceof Cluster)) return ONLY;
    return this.client.slots[slotOf(key)]?.[0] ?? '';
  }
}

/** Where there is one node, it needs no name. */
const ONLY = 'Redis';
