import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationStore, Owner } from 'conversation-store';
import { PostgresConnection } from '../../src/store/postgres/connection/postgres-connection.js';
import type { PostgresConversationStore } from '../../src/store/postgres/postgres.store.js';
import { PostgresReseal } from '../../src/store/postgres/reseal/postgres.reseal.js';
import { ResealRun, type ResealProgress } from '../../src/store/sealing/reseal-run.js';
import { resealPostgresStore } from '../../src/store/postgres/reseal/reseal-postgres-store.js';
import { anOwner, texts } from '../contract/workbench.js';
import { createSharedDatabase } from '../support/postgres-database.js';
import {
  beforeStatements,
  openHeldStore,
  openPostgresStore,
  postgresOptions,
} from '../support/postgres-store.js';
import { resealContract } from '../support/reseal-contract.js';
import { SEALINGS, SECRET, storeMuch, textsInPostgres } from '../support/reseal.js';

describe('a reseal of PostgreSQL', () => {
  let url: string;
  beforeEach(async () => {
    url = await createSharedDatabase();
  });

  const reseal = (sealing: keyof typeof SEALINGS, options = {}) =>
    resealPostgresStore(postgresOptions(url, { timeoutMs: 500 }), {
      sealing: SEALINGS[sealing],
      ...options,
    });

  resealContract({
    open: (sealing) => openPostgresStore({ ownerQuotaBytes: 1e9, sealing: SEALINGS[sealing] }, url),
    reseal,
    contents: async () => {
      const contents = await textsInPostgres(url);
      expect(contents.uncounted).toBe(0);
      return contents;
    },
    traffic: { conversations: 5, messages: 120 },
  });

  it('stops between two batches, and goes on where it stopped, in either table', async () => {
    const store = await openPostgresStore({ sealing: SEALINGS.k1 }, url);
    for (let i = 0; i < 60; i++) await storeMuch(store, anOwner());
    await store.close();
    const stop = new AbortController();
    const first = await reseal('k2k1', { signal: stop.signal, onProgress: () => stop.abort() });
    expect(first).toMatchObject({ outcome: 'stopped', resealed: 50 * 4 });
    expect(first.position).toMatch(/^postgres:conversations\.[\w-]+$/);
    const again = new AbortController();
    const second = await reseal('k2k1', {
      from: first.position,
      signal: again.signal,
      onProgress: ({ position }: ResealProgress) => position.includes('messages') && again.abort(),
    });
    expect(second.position).toMatch(/^postgres:messages\.[\w-]+$/);
    const rest = await reseal('k2k1', { from: second.position });
    expect(rest).toMatchObject({ outcome: 'done' });
    expect(first.resealed + second.resealed + rest.resealed).toBe(60 * 7);
    for (const from of ['redis:x', 'postgres:x', 'postgres:messages.e30']) {
      await expect(reseal('k2k1', { from })).rejects.toThrow('no such position');
    }
  });

  describe('replaces nothing that', () => {
    let owner: Owner;
    let id: string;
    let store: PostgresConversationStore;
    let connection: PostgresConnection;

    beforeEach(async () => {
      owner = anOwner();
      const before = await openPostgresStore({ sealing: SEALINGS.k1 }, url);
      id = await storeMuch(before, owner, 20);
      await before.close();
      store = await openPostgresStore({ sealing: SEALINGS.k2k1 }, url);
      connection = new PostgresConnection(postgresOptions(url));
      await connection.connect();
    });
    afterEach(async () => {
      await connection.close();
      await store.close();
    });

    /** A pass during which something happens before a statement of this name. */
    async function resealBeside(name: string, event: () => Promise<unknown>): Promise<ResealRun> {
      beforeStatements(connection, async (statement) => {
        if (statement.name === name) await event();
      });
      const run = new ResealRun({ sealing: SEALINGS.k2k1 });
      await new PostgresReseal(connection).walk(run, undefined, () => undefined);
      expect((await textsInPostgres(url)).uncounted).toBe(0);
      return run;
    }

    it('was changed meanwhile', async () => {
      const run = await resealBeside('reseal-texts', () =>
        store.update(owner, id, { title: 'another' }),
      );
      expect(run).toMatchObject({ missed: 4, resealed: 20 });
      const { conversation } = await store.read(owner, id, { limit: 1, from: 'end' });
      expect(conversation).toMatchObject({ title: 'another', version: 4 });
    });

    it.each(['reseal-texts', 'reseal-bodies'])('was deleted meanwhile, before %s', async (name) => {
      const run = await resealBeside(name, () => store.delete(owner, id));
      expect(run.damaged).toBe(0);
      expect((await textsInPostgres(url)).texts).not.toContain(id);
    });

    it('somebody else has sealed anew meanwhile', async () => {
      const run = await resealBeside('reseal-bodies', () => reseal('k2k1'));
      expect(run).toMatchObject({ missed: 20, resealed: 4 });
      const page = await store.read(owner, id, { limit: 100, from: 'end' });
      expect(page.messages).toHaveLength(20);
    });

    it('an append adds to', async () => {
      await resealBeside('reseal-bodies', () => store.append(owner, id, texts('more')));
      const page = await store.read(owner, id, { limit: 100, from: 'end' });
      expect(page.messages).toHaveLength(21);
    });
  });
  it.each<[string, (store: ConversationStore, owner: Owner, id: string) => Promise<unknown>]>([
    ['change fields', (store, owner, id) => store.update(owner, id, { title: 'another' })],
    ['change state', (store, owner, id) => store.putState(owner, id, 'another', 1)],
  ])('makes a change begin again that has read the texts before: %s', async (name, change) => {
    const owner = anOwner();
    const plain = await openPostgresStore({ ownerQuotaBytes: 1e9 }, url);
    const id = await storeMuch(plain, owner);
    await plain.close();
    let isFirst = true;
    const limits = { sealing: SEALINGS.k1, ownerQuotaBytes: 1e9 };
    const { store } = await openHeldStore(url, limits, async (statement) => {
      if (!isFirst || !statement.name.startsWith(name)) return;
      isFirst = false;
      await reseal('k1');
    });
    await change(store, owner, id);
    await store.close();
    expect(isFirst).toBe(false);
    const found = await textsInPostgres(url);
    expect(found.uncounted).toBe(0);
    expect(found.texts).not.toContain(SECRET);
  });
});
