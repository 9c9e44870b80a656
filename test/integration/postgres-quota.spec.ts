import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NewMessage, Owner } from 'conversation-store';
import pg from 'pg';
import { ownerKey } from '../../src/domain/owner-key.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { aConversation, anOwner, noise, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { ENCRYPTING, SEALING } from '../support/sealings.js';

const QUOTA = { ownerQuotaBytes: 200_000 };

let client: pg.Client;
let counting: PostgresConversationStore;
let uncounting: PostgresConversationStore;
let owner: Owner;

beforeAll(async () => {
  const url = await createSharedDatabase();
  client = new pg.Client({ connectionString: url });
  await client.connect();
  counting = await openPostgresStore({ ...QUOTA, sealing: SEALING }, url);
  uncounting = await openPostgresStore({ sealing: ENCRYPTING }, url);
});
afterAll(async () => {
  await Promise.all([counting.close(), uncounting.close()]);
  await client.end();
});
beforeEach(() => {
  owner = anOwner();
});

/** What is charged, and what there is. */
async function bytes(): Promise<{ charged: number | null; stored: number }> {
  const { rows } = await client.query<{ charged: number | null; stored: number }>(
    `SELECT o.bytes::int AS charged,
       ((SELECT coalesce(sum(bytes), 0) FROM conversations c WHERE c.owner = o.owner)
        + (SELECT coalesce(sum(octet_length(key) + octet_length(record) + 64), 0)
           FROM idempotency_records r WHERE r.owner = o.owner))::int AS stored
     FROM owners o WHERE o.owner = $1`,
    [ownerKey(owner)],
  );
  return rows[0] as { charged: number | null; stored: number };
}

async function expectExact(): Promise<void> {
  const { charged, stored } = await bytes();
  expect(charged).toBe(stored);
}

const claim = (): { idempotency: { key: string; requestHash: string } } => ({
  idempotency: { key: randomUUID(), requestHash: 'hash' },
});

describe('what an owner is charged', () => {
  it('is what it stores, whatever it does', async () => {
    const draft = aConversation({
      title: 'title',
      externalId: 'id',
      messages: texts('a', 'b', 'c'.repeat(2_000)),
    });
    await counting.create(owner, draft, claim());
    await counting.append(owner, draft.id, texts('c'), claim());
    await counting.update(owner, draft.id, { title: 'a longer title', metadata: { a: 'b' } });
    await counting.putState(owner, draft.id, { state: 'x'.repeat(100) }, 0);
    await counting.putState(owner, draft.id, null, 1);
    await expectExact();
    const forkedFrom = { id: draft.id, seq: 3 };
    await counting.fork(owner, { id: randomUUID(), forkedFrom }, claim());
    await counting.fork(owner, { id: randomUUID(), forkedFrom });
    await expectExact();
    const turn = { id: randomUUID(), onConflict: 'reject', leaseMs: 60_000, ...claim() } as const;
    await counting.beginTurn(owner, draft.id, {
      ...turn,
      input: { message: texts('q')[0] as NewMessage },
    });
    await counting.endTurn(
      { owner, conversationId: draft.id, turnId: turn.id },
      { end: 'completed', replies: texts('answer'), events: [], idempotency: turn.idempotency },
    );
    await expectExact();
    const old = claim();
    for (let i = 0; i < 3; i++) {
      await counting.append(owner, draft.id, texts('again'), old);
      await client.query(
        `UPDATE idempotency_records SET created_at = now() - interval '2 days' WHERE key = $1`,
        [old.idempotency.key],
      );
    }
    await expectExact();
    await counting.delete(owner, draft.id);
    await expectExact();
  });

  it('is counted once, and exactly, when many writes come first after nobody counted', async () => {
    const drafts = Array.from({ length: 6 }, () => aConversation({ messages: texts('a') }));
    for (const draft of drafts) await uncounting.create(owner, draft);
    expect((await bytes()).charged).toBeNull();
    await Promise.all([
      ...drafts.slice(1).map(({ id }) => counting.append(owner, id, texts('b'))),
      counting.delete(owner, drafts[0]?.id ?? ''),
      ...drafts.slice(1).map(({ id }) => uncounting.touch(owner, id)),
    ]);
    await expectExact();
  });

  it('stays below the quota when many writes come at once', async () => {
    const drafts = Array.from({ length: 10 }, () => aConversation());
    for (const draft of drafts) await counting.create(owner, draft);
    const large = noise(45_000);
    const writes = await Promise.allSettled(
      drafts.map(({ id }) => counting.append(owner, id, texts(large))),
    );
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const { charged } = await bytes();
    expect(charged).toBeLessThanOrEqual(QUOTA.ownerQuotaBytes);
  });

  it('is forgotten when something is created while everything is erased', async () => {
    await counting.create(owner, aConversation({ messages: texts('a') }), claim());
    await counting.append(owner, (await counting.listIds(owner))[0] ?? '', texts('a'));
    const [erased] = await Promise.all([
      counting.erase(owner),
      counting.create(owner, aConversation({ messages: texts('b') })),
    ]);
    expect(erased).toBeGreaterThanOrEqual(1);
    const row = (await bytes()) as { charged: number | null; stored: number } | undefined;
    if (row?.charged !== null && row !== undefined) expect(row.charged).toBe(row.stored);
  });
});
