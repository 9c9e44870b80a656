import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewFork, Owner } from 'conversation-store';
import pg from 'pg';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openHeldStore, openPostgresStore } from '../support/postgres-store.js';

/** With a quota, a fork is charged for what it has copied. */
const QUOTA = { ownerQuotaBytes: 1_000_000 };

describe('a fork in PostgreSQL', () => {
  let client: pg.Client;
  let store: PostgresConversationStore;
  /** What a statement waits for, by its name. */
  let before: Record<string, (() => Promise<unknown>) | undefined>;
  let owner: Owner;
  let id: string;

  beforeAll(async () => {
    const url = await createSharedDatabase();
    await (await openPostgresStore({}, url)).close();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    ({ store } = await openHeldStore(url, QUOTA, async ({ name }) => {
      const { [name]: wait } = before;
      before[name] = undefined;
      await wait?.();
    }));
  });
  afterAll(async () => {
    await store.close();
    await client.end();
  });
  beforeEach(async () => {
    before = {};
    owner = anOwner();
    id = await aSource();
  });

  async function aSource(): Promise<string> {
    const draft = aConversation({ messages: texts('a', 'b', 'c') });
    await store.create(owner, draft);
    await store.append(owner, draft.id, texts('d'), { parentSeq: 1 });
    return draft.id;
  }

  function aFork(seq = 4): NewFork {
    return { id: randomUUID(), forkedFrom: { id, seq } };
  }

  async function bodiesOf(of: string): Promise<unknown[]> {
    const { rows } = await client.query<{ seq: number; body: string }>(
      'SELECT seq, body FROM messages WHERE conversation_id = $1 ORDER BY seq',
      [of],
    );
    return rows.map(({ seq, body }) => [seq, body]);
  }

  it('has the very bodies of the branch', async () => {
    const fork = aFork();
    await store.fork(owner, fork);
    const [first, , , fourth] = (await bodiesOf(id)) as [number, string][];
    expect(await bodiesOf(fork.id)).toEqual([
      [1, first?.[1]],
      [2, fourth?.[1]],
    ]);
  });

  it.each(['read-forked', 'add-forked', 'fork'])(
    'is refused, and leaves nothing, when its source is deleted before the statement %s',
    async (name) => {
      const fork = aFork();
      // One process makes the changes of an owner queue, and this delete is another's.
      before[name] = async () => {
        await client.query('DELETE FROM messages WHERE conversation_id = $1', [id]);
        await client.query('DELETE FROM conversations WHERE id = $1', [id]);
      };
      await expect(store.fork(owner, fork)).rejects.toMatchObject({
        code: 'conversation-not-found',
      });
      expect(await bodiesOf(fork.id)).toEqual([]);
      const { rows } = await client.query('SELECT FROM conversations WHERE id = $1', [fork.id]);
      expect(rows).toEqual([]);
    },
  );

  it('is none of another conversation that has the id of its source by then', async () => {
    const fork = aFork();
    before['fork'] = () =>
      client.query(
        `UPDATE conversations SET created_at = created_at + interval '1 second' WHERE id = $1`,
        [id],
      );
    // It begins again, and is one of the conversation that there is now.
    let forks = 0;
    const count = async (): Promise<void> => {
      forks++;
    };
    before['read-forked'] = async () => {
      await count();
      before['read-forked'] = count;
    };
    await store.fork(owner, fork);
    expect(forks).toBe(2);
    expect(await bodiesOf(fork.id)).toHaveLength(2);
  });

  it('of a conversation that misses messages is refused', async () => {
    await client.query('DELETE FROM messages WHERE conversation_id = $1 AND seq = 1', [id]);
    await expect(store.fork(owner, aFork())).rejects.toMatchObject({
      code: 'conversation-damaged',
    });
    // The branch up to the other one, too: it has the first message.
    await expect(store.fork(owner, aFork(3))).rejects.toMatchObject({
      code: 'conversation-damaged',
    });
  });

  it('takes the id of a tombstone', async () => {
    const fork = aFork();
    await store.create(owner, { ...aConversation(), id: fork.id });
    await client.query(`UPDATE conversations SET status = 'deleted' WHERE id = $1`, [fork.id]);
    await store.fork(owner, fork);
    expect(await bodiesOf(fork.id)).toHaveLength(2);
  });

  it('under one idempotency key is made once, also when two come at once', async () => {
    const idempotency = { key: randomUUID(), requestHash: 'hash' };
    const forks = await Promise.all([
      store.fork(owner, aFork(), { idempotency }),
      store.fork(owner, aFork(), { idempotency }),
    ]);
    expect(forks.map(({ replayed }) => replayed).sort()).toEqual([false, true]);
    expect(new Set(forks.map(({ conversation }) => conversation.id)).size).toBe(1);
    expect(await store.listIds(owner)).toHaveLength(2);
  });
});
