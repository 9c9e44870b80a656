import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { until } from '../support/redis-server.js';
import { openPostgresStore } from '../support/postgres-store.js';

describe.each([
  ["datestyle = 'SQL, DMY'"],
  ["datestyle = 'German'"],
  ["timezone = 'Asia/Kathmandu'"],
  ["intervalstyle = 'sql_standard'"],
  ["bytea_output = 'escape'"],
  ["default_transaction_isolation = 'serializable'"],
])('a database with %s', (setting) => {
  it('stores the same times', async () => {
    const url = await createSharedDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`ALTER DATABASE ${new URL(url).pathname.slice(1)} SET ${setting}`);
    await client.end();
    const store = await openPostgresStore({}, url);
    try {
      const before = Date.now();
      const owner = anOwner();
      const draft = aConversation({ messages: texts('a') });
      const { conversation } = await store.create(owner, draft);
      expect(Math.abs(conversation.createdAt.getTime() - before)).toBeLessThan(60_000);
      const page = await store.read(owner, draft.id, { limit: 1, from: 'end' });
      expect(page.conversation).toEqual(conversation);
      expect(page.messages[0]?.createdAt).toEqual(conversation.createdAt);
      const { conversations } = await store.list(owner, { limit: 1, statuses: ['active'] });
      expect(conversations).toEqual([conversation]);
    } finally {
      await store.close();
    }
  });
});

describe('a store that opens while another process migrates', () => {
  it('begins to listen, and refuses requests until the tables are there', async () => {
    const url = await createSharedDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await (await openPostgresStore({}, url)).close();
    // The lock of the migrator, whose number it keeps to itself.
    await client.query('BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE');
    const store = await openPostgresStore({}, url);
    const owner = anOwner();
    const create = (): Promise<unknown> => store.create(owner, aConversation());
    await expect(create()).rejects.toMatchObject({ code: 'store-unavailable' });
    await client.query('COMMIT');
    await client.end();
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    );
    await create();
    await store.close();
  });
});
