import { Redis } from 'ioredis';
import { CONVERSATIONS, type ApiBody, type ApiClient } from '../support/api-client.js';
import type { PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/redis-server.js';

type Texts = Map<string, readonly string[]>;

/** All that the API shows to a user, by its own paging. */
export async function textsInApi(client: ApiClient): Promise<Texts> {
  const texts: Texts = new Map();
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await read(client, `${CONVERSATIONS}?limit=100${query}`);
    for (const { id } of page.data) texts.set(id, await textsOf(client, id));
    cursor = page.nextCursor;
  }
  return texts;
}

async function textsOf(client: ApiClient, id: string): Promise<string[]> {
  const texts: string[] = [];
  for (let hasMore = true; hasMore;) {
    const page = await read(
      client,
      `${CONVERSATIONS}/${id}/messages?limit=200&after=${texts.length}`,
    );
    for (const { seq, parts } of page.data) texts[seq - 1] = String(parts[0]?.['text']);
    hasMore = page.hasMore;
  }
  return texts;
}

async function read(client: ApiClient, path: string): Promise<ApiBody> {
  let answer = await client.get(path);
  await until(async () => {
    if (answer.status !== 200) answer = await client.get(path);
    return answer.status === 200;
  });
  return answer.body;
}

/** All that Redis itself keeps, on whichever of these primaries, past the code under test. */
export async function textsInRedis(ports: readonly number[]): Promise<Texts> {
  const texts: Texts = new Map();
  for (const port of ports) {
    const redis = new Redis(port);
    try {
      for await (const keys of redis.scanStream({ match: '*:messages', count: 1000 })) {
        for (const key of keys as string[]) {
          const elements = await redis.lrange(key, 0, -1);
          texts.set(key.split(':').at(-2) ?? key, elements.map(textOf));
        }
      }
    } finally {
      redis.disconnect();
    }
  }
  return texts;
}

/** The same of PostgreSQL. */
export async function textsInPostgres(server: PostgresServer): Promise<Texts> {
  const rows = await server.query<{ id: string; bodies: string[] }>(
    `SELECT conversation_id AS id, json_agg(body ORDER BY seq) AS bodies
     FROM messages GROUP BY conversation_id`,
    'conversations',
  );
  return new Map(rows.map(({ id, bodies }) => [id, bodies.map(textOf)]));
}

/** An element is 13 digits of time, and `[id, role, text]` or `[id, role, [part], metadata]`. */
function textOf(element: string): string {
  const [, , content] = JSON.parse(element.slice(13)) as [string, string, string | TextPart[]];
  return typeof content === 'string' ? content : String(content[0]?.text);
}

interface TextPart {
  readonly text?: string;
}
