import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Owner } from 'conversation-store';
import pg from 'pg';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { LogRecorder } from '../support/log-recorder.js';
import { openPostgresStore, sharedPostgresUrl } from '../support/postgres-store.js';

/** What only a repair by hand, or a disk, can do to the rows. */
let client: pg.Client;
let store: PostgresConversationStore;
let owner: Owner;
let id: string;

beforeAll(async () => {
  client = new pg.Client({ connectionString: sharedPostgresUrl() });
  await client.connect();
  store = await openPostgresStore();
});

beforeEach(async () => {
  owner = anOwner();
  const draft = aConversation({ messages: texts('a', 'b', 'c', 'd') });
  id = draft.id;
  await store.create(owner, draft);
});

afterAll(async () => {
  await store.close();
  await client.end();
});

const damaged = { code: 'conversation-damaged', conversationId: expect.anything() };
const all = { limit: 10, from: 'end' } as const;

describe('a conversation', () => {
  it.each([1, 2, 4])('without its message %d is never shown without it', async (seq) => {
    await client.query('DELETE FROM messages WHERE conversation_id = $1 AND seq = $2', [id, seq]);
    await expect(store.read(owner, id, all)).rejects.toMatchObject(damaged);
    const range = { limit: 10, from: { after: 0 } };
    await expect(store.read(owner, id, range)).rejects.toMatchObject(damaged);
  });

  it('with a message that it does not count takes no other in its place', async () => {
    await client.query('UPDATE conversations SET message_count = 3 WHERE id = $1', [id]);
    await expect(store.append(owner, id, texts('e'))).rejects.toMatchObject(damaged);
    await expect(store.read(owner, id, all)).rejects.toMatchObject(damaged);
  });

  it.each(['', '17', '1700000000000', '1700000000000[1]', '1700000000000{"a":1}', 'secret words'])(
    'with the message "%s" is damaged, and the error repeats none of it',
    async (body) => {
      await client.query('UPDATE messages SET body = $2 WHERE conversation_id = $1 AND seq = 2', [
        id,
        body,
      ]);
      const error: unknown = await store.read(owner, id, all).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(damaged);
      expect(String((error as Error).cause)).not.toContain('secret');
    },
  );

  it('that cannot be read is left out of lists, is logged, and can be deleted', async () => {
    const log = new LogRecorder();
    Logger.overrideLogger(log);
    const good = aConversation();
    await store.create(owner, good);
    await client.query(`UPDATE conversations SET metadata = '[1]' WHERE id = $1`, [id]);
    const query = { limit: 1, statuses: ['active'] } as const;
    const { conversations } = await store.list(owner, { ...query, limit: 5 });
    Logger.overrideLogger(false);
    expect(conversations.map((conversation) => conversation.id)).toEqual([good.id]);
    expect(log.lines.join('\n')).toContain(`Conversation ${id} is damaged`);
    await store.delete(owner, id);
    expect(await store.listIds(owner)).toEqual([good.id]);
  });
});
