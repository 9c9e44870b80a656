import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresServer } from '../../test/support/postgres-server.js';
import { conversationKeys, type OwnTiers } from './own-tiers.js';

/** What Redis has and PostgreSQL does not. */
export interface Unsaved {
  readonly conversations: number;
  readonly messages: number;
  /** Since when the conversation is unsaved that has been so for longest. */
  readonly oldestMs: number;
}

/** Nothing may have left Redis. */
export async function unsavedOf(
  { tiers, redis, database }: OwnTiers,
  postgres: PostgresServer,
): Promise<Unsaved> {
  const states = await tiers.tier.flushes.partitionStates();
  // PostgreSQL first: what is saved in between counts as unsaved, and not as less than nothing.
  const [row] = await postgres.query<{ saved: number }>(
    'SELECT coalesce(sum(message_count), 0)::int AS saved FROM conversations',
    database,
  );
  const heads = await Promise.all(
    (await conversationKeys(redis)).map((key) => redis.hget(key, 'head')),
  );
  const hot = heads.reduce((sum, head) => sum + Number(head?.split(' ')[2] ?? 0), 0);
  return {
    conversations: states.reduce((sum, { unsaved }) => sum + unsaved, 0),
    messages: hot - (row?.saved ?? 0),
    oldestMs: Math.max(...states.map(({ oldestUnsavedMs = 0 }) => oldestUnsavedMs)),
  };
}

/** Resolves when PostgreSQL has everything. */
export async function untilSaved(tiers: OwnTiers): Promise<void> {
  for (;;) {
    const states = await tiers.tiers.tier.flushes.partitionStates();
    if (states.every(({ unsaved }) => unsaved === 0)) return;
    await delay(100);
  }
}
