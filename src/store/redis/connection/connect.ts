import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client.js';

/**
 * Connects a client, and with a cluster every node of it: ioredis would connect to a node with the
 * first command for it, and reject the commands that come meanwhile. Rejects when the first attempt
 * fails; the client then goes on trying.
 */
export async function connect(client: RedisClient): Promise<void> {
  if (!(client instanceof Cluster)) return client.connect();
  const connectNodes = (): Promise<unknown> => Promise.all(client.nodes().map(connectNode));
  client.on('ready', () => void connectNodes());
  // Before `ready`, ioredis runs its check of the cluster on nodes that are not connected.
  client.on('+node', (node: Redis) => void (client.status === 'ready' && connectNode(node)));
  await client.connect();
  await connectNodes();
}

/** A command to the node itself waits for its connection. A node that fails is found anew later. */
async function connectNode(node: Redis): Promise<void> {
  await node.ping().catch(() => undefined);
}
