import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/**
 * Names the run of a primary's data: a server that was restarted, replaced, restored or promoted has another
 * run id or another replication id. Where Redis hides them, every name is new.
 */
export async function instanceOf(primary: Redis): Promise<string> {
  const [server, replication] = await Promise.all([
    primary.info('server'),
    primary.info('replication'),
  ]);
  const runId = /^run_id:(\w+)/m.exec(server)?.[1];
  const replicationId = /^master_replid:(\w+)/m.exec(replication)?.[1];
  return runId && replicationId ? `${runId} ${replicationId}` : randomUUID();
}
