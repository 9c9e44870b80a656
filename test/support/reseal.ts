import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Redis } from 'ioredis';
import type { ConversationStore, Owner } from 'conversation-store';
import { Sealing } from '../../src/store/sealing/sealing.js';
import { aConversation, texts } from '../contract/workbench.js';

const K1 = { id: 'k1', secret: randomBytes(32) };
const K2 = { id: 'k2', secret: randomBytes(32) };

/** The configurations of a service, from one to the next. */
export const SEALINGS = {
  plain: new Sealing(),
  k1: new Sealing({ sealingKey: K1 }),
  /** The second key seals, and the first one opens. */
  k2k1: new Sealing({ sealingKey: K2, openingKeys: [K1], compressAbove: 500 }),
  k2: new Sealing({ sealingKey: K2, compressAbove: 500 }),
  /** Nothing seals any more. */
  plainK1K2: new Sealing({ openingKeys: [K1, K2] }),
};

/** A word that every text of {@link storeMuch} has. */
export const SECRET = 'confidential';

/** Texts that each key has sealed. */
export const SEALED_BY = { k1: /[ex]k1\./, k2: /[ex]k2\./ };

/** A conversation with all kinds of texts. @returns its id */
export async function storeMuch(
  store: ConversationStore,
  owner: Owner,
  messages = 3,
): Promise<string> {
  const text = (name: number | string): string => `${name} ${SECRET} ü😀 "\\"\n`;
  const contents = Array.from({ length: messages - 1 }, (_, i) => text(i));
  const parts = [{ type: 'data-x', data: { [SECRET]: [1, null] } }];
  const conversation = aConversation({
    title: text('title'),
    externalId: `external ${SECRET}`,
    metadata: { topic: text('metadata'), '10': SECRET },
  });
  await store.create(owner, conversation);
  const { id } = conversation;
  while (contents.length > 0) await store.append(owner, id, texts(...contents.splice(0, 100)));
  const reply = { ...(texts('')[0] as object), role: 'assistant', parts, metadata: { a: SECRET } };
  await store.append(owner, id, [reply as never]);
  await store.putState(owner, id, { step: text('state'), long: SECRET.repeat(200) }, 0);
  return id;
}

/** Every text of a Redis under a prefix, but idempotency records and events of turns, with the times to live. */
export async function textsInRedis(
  port: number,
  keyPrefix: string,
): Promise<{ texts: string; ttls: Map<string, number> }> {
  const redis = new Redis(port);
  const lines: string[] = [];
  const ttls = new Map<string, number>();
  const pattern = `${keyPrefix.replace(/[[\]*?]/g, '\\$&')}*`;
  const keys = new Set<string>();
  for await (const batch of redis.scanStream({ match: pattern, count: 1_000 })) {
    for (const key of batch as string[]) keys.add(key);
  }
  for (const key of [...keys].sort()) {
    const type = await redis.type(key);
    if (type === 'hash')
      lines.push(`${key} ${JSON.stringify(Object.entries(await redis.hgetall(key)).sort())}`);
    if (type === 'list') lines.push(`${key} ${JSON.stringify(await redis.lrange(key, 0, -1))}`);
    if (type === 'zset')
      lines.push(`${key} ${JSON.stringify(await redis.zrange(key, 0, -1, 'WITHSCORES'))}`);
    ttls.set(key, await redis.pexpiretime(key));
  }
  redis.disconnect();
  return { texts: lines.join('\n'), ttls };
}

/** Every row of the conversations and messages of a database, as text, and what is charged. */
export async function textsInPostgres(
  url: string,
): Promise<{ texts: string; owners: unknown[]; uncounted: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const conversations = await client.query<{ text: string }>(
      'SELECT c::text AS text FROM conversations c ORDER BY owner, id',
    );
    const messages = await client.query<{ text: string }>(
      'SELECT m::text AS text FROM messages m ORDER BY owner, conversation_id, seq',
    );
    const owners = await client.query<{ owner: string; bytes: string | null }>(
      'SELECT owner, bytes FROM owners ORDER BY owner',
    );
    // A message is charged with 64 bytes more than it has, and a conversation with 256.
    const uncounted = await client.query(
      `SELECT c.id FROM conversations c WHERE c.status <> 'deleted' AND c.bytes <> 256
         + octet_length(c.metadata) + coalesce(octet_length(c.title), 0)
         + coalesce(octet_length(c.external_id), 0) + coalesce(octet_length(c.state), 0)
         + (SELECT coalesce(sum(64 + octet_length(m.body)), 0) FROM messages m
            WHERE m.owner = c.owner AND m.conversation_id = c.id)`,
    );
    return {
      texts: [...conversations.rows, ...messages.rows].map(({ text }) => text).join('\n'),
      owners: owners.rows,
      uncounted: uncounted.rowCount ?? 0,
    };
  } finally {
    await client.end();
  }
}
