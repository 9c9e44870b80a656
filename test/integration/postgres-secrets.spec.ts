import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewMessage } from 'conversation-store';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { PostgresServer } from '../support/postgres-server.js';
import { openPostgresStore } from '../support/postgres-store.js';
import { textsOfServer, textsInTables } from '../support/postgres-texts.js';
import { ENCRYPTING, SEALING } from '../support/sealings.js';
import type { PostgresStoreOptions } from '../../src/store/postgres/postgres.options.js';

/** Each in another place. The hash of a request is one, too. */
const SECRETS = {
  title: 'secret-title-1b7e',
  externalId: 'secret-external-id-9c21',
  label: 'secret-label-key-57aa',
  value: 'secret-label-value-03fd',
  message: 'secret-message-66e0',
  metadata: 'secret-message-metadata-f1c8',
  state: 'secret-state-8d95',
  event: 'secret-event-2a4f',
  reply: 'secret-reply-b3b3',
  requestHash: 'secret-request-hash-77',
};
const ALL = Object.values(SECRETS);

describe('what PostgreSQL knows of texts', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({ settings: { log_statement: 'all' } });
  });
  afterAll(() => server.stop());

  /** Stores every secret in each way in which it may be stored. */
  async function storeAll(url: string, options: Partial<PostgresStoreOptions>): Promise<void> {
    const store = await openPostgresStore({ ...options, ownerQuotaBytes: 1e9 }, url);
    const owner = anOwner();
    const { title, externalId, label, value, message, metadata, state, event, reply } = SECRETS;
    const claim = () => ({
      idempotency: { key: randomUUID(), requestHash: SECRETS.requestHash },
    });
    const [text] = texts(message) as [NewMessage];
    const draft = aConversation({
      title,
      externalId,
      metadata: { [label]: value },
      messages: [{ ...text, metadata: { about: metadata } }],
    });
    await store.create(owner, draft, claim());
    await store.append(owner, draft.id, texts(message), claim());
    await store.update(owner, draft.id, { title: `${title} `, metadata: { more: value } });
    await store.putState(owner, draft.id, { state }, 0);
    const turn = { id: randomUUID(), onConflict: 'reject', leaseMs: 60_000, ...claim() } as const;
    await store.beginTurn(owner, draft.id, { ...turn, input: { message: text } });
    const ref = { owner, conversationId: draft.id, turnId: turn.id };
    const events = [{ seq: 1, data: JSON.stringify(event) }];
    await store.advanceTurn(ref, { leaseMs: 60_000, events });
    const last = [{ seq: 2, data: JSON.stringify(event) }];
    const ending = { end: 'completed', replies: texts(reply), events: last } as const;
    await store.endTurn(ref, { ...ending, idempotency: turn.idempotency });
    await store.fork(owner, { id: randomUUID(), forkedFrom: { id: draft.id, seq: 2 } }, claim());
    await store.close();
  }

  it.each([
    ['encrypted', ENCRYPTING],
    ['compressed and encrypted', SEALING],
  ])('is nothing when they are %s, whatever it logs', async (_, sealing) => {
    const url = await server.createDatabase();
    await storeAll(url, { sealing });
    expect(await textsInTables(url, ALL)).toEqual([]);
    expect(await textsOfServer(server, ALL)).toEqual([]);
  });

  // Last, because the files are those of all tests.
  it('is every one when they are not', async () => {
    const url = await server.createDatabase();
    await storeAll(url, {});
    const { title, externalId, value, state, message, reply, event, requestHash } = SECRETS;
    const inTables = await textsInTables(url, ALL);
    expect(inTables).toEqual(
      expect.arrayContaining([
        `conversations.title has "${title}"`,
        `conversations.external_id has "${externalId}"`,
        `conversations.metadata has "${value}"`,
        `conversations.state has "${state}"`,
        `messages.body has "${message}"`,
        `messages.body has "${reply}"`,
        `turn_events.data has "${event}"`,
        `idempotency_records.record has "${requestHash}"`,
      ]),
    );
    const inFiles = ALL.flatMap((text) => [`data has "${text}"`, `the log has "${text}"`]);
    expect((await textsOfServer(server, ALL)).sort()).toEqual(inFiles.sort());
  });
});
