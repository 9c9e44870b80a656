import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Owner } from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import type { TieredConversationStore } from '../../src/store/tiered/tiered.store.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';
import { textsInTables } from '../support/postgres-texts.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/redis-server.js';
import { SEALING } from '../support/sealings.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { redisOptions, sharedRedisPort } from '../support/redis-store.js';
import {
  cool,
  createTierPair,
  openTieredParts,
  openTieredStore,
  tieredOptions,
  type TierPair,
} from '../support/tiered-store.js';

/** Compressible, and so large that a page has 17 of them. */
const LARGE = 60_000;
const LAST = { limit: 200, from: 'end' } as const;

describe('sealing in both tiers', () => {
  let pair: TierPair;
  let proxy: TcpFaultProxy;
  let store: TieredConversationStore;
  let tiers: Tiers;
  let owner: Owner;

  beforeAll(async () => {
    pair = await createTierPair('tiered-sealing:');
    proxy = await TcpFaultProxy.start(sharedRedisPort());
    const topology = {
      mode: 'standalone',
      node: { host: '127.0.0.1', port: proxy.port },
      db: 0,
    } as const;
    const options = tieredOptions(pair, { sealing: SEALING });
    const redis = redisOptions({ keyPrefix: pair.keyPrefix, topology, timeoutMs: 1_000 });
    ({ store, tiers } = await openTieredParts({ ...options, redis }));
  });
  afterAll(async () => {
    await store.close();
    await proxy.stop();
  });
  beforeEach(() => {
    owner = anOwner();
  });

  async function textsOf(id: string): Promise<unknown[]> {
    const { messages } = await store.read(owner, id, LAST);
    return messages.map(({ parts }) => parts[0]?.['text']);
  }

  it('goes on with what was stored before there was any', async () => {
    const plain = await openTieredStore(pair);
    const draft = aConversation({ title: 'title', metadata: { a: 'b' }, messages: texts('plain') });
    await plain.create(owner, draft);
    await plain.putState(owner, draft.id, { state: 1 }, 0);
    await plain.flush(owner);
    await plain.close();
    const { id } = draft;
    await store.append(owner, id, texts('sealed'));
    await cool(tiers, owner);
    await store.update(owner, id, { metadata: { c: 'd' } });
    await store.putState(owner, id, { state: 2 }, 1);
    await cool(tiers, owner);
    expect(await textsOf(id)).toEqual(['plain', 'sealed']);
    const { conversation } = await store.read(owner, id, LAST);
    expect(conversation).toMatchObject({ title: 'title', metadata: { a: 'b', c: 'd' } });
    expect(await store.getState(owner, id)).toEqual({ value: { state: 2 }, version: 2 });
    await cool(tiers, owner);
    const fork = { id: randomUUID(), forkedFrom: { id, seq: 2 } };
    await store.fork(owner, fork);
    await cool(tiers, owner);
    expect(await textsOf(fork.id)).toEqual(['plain', 'sealed']);
  });

  it('saves what Redis has sealed, and no text', async () => {
    const secret = `secret-${randomUUID()}`;
    const draft = aConversation({
      title: secret,
      metadata: { [secret]: secret },
      messages: texts(secret),
    });
    const idempotency = { key: randomUUID(), requestHash: secret };
    await store.create(owner, draft, { idempotency });
    await store.putState(owner, draft.id, { secret }, 0);
    await cool(tiers, owner);
    expect(await textsInTables(pair.databaseUrl, [draft.id])).toHaveLength(1);
    expect(await textsInTables(pair.databaseUrl, [secret])).toEqual([]);
    expect((await store.create(owner, draft, { idempotency })).replayed).toBe(true);
  });

  it('has full pages of compressed messages, hot, cold, and over both tiers', async () => {
    const { id } = aConversation();
    const contents = Array.from({ length: 100 }, (_, i) => `${i} `.padEnd(LARGE, 'x'));
    await store.create(owner, aConversation({ id }));
    for (let i = 0; i < 3; i++) await store.append(owner, id, texts(...contents));
    const expectFull = async (): Promise<void> => {
      for (const from of ['end', { before: 150 }, { after: 90 }] as const) {
        const { messages, hasMore } = await store.read(owner, id, { limit: 200, from });
        expect([messages.length, hasMore]).toEqual([17, true]);
      }
    };
    await expectFull();
    // It comes back with its last 200 messages.
    await cool(tiers, owner);
    await expectFull();
  });

  it('is read from PostgreSQL while Redis is away', async () => {
    const draft = aConversation({
      title: 'title',
      metadata: { a: 'b' },
      messages: texts('a', 'b'),
    });
    await store.create(owner, draft);
    await store.flush(owner);
    proxy.leadTo(await freePort());
    proxy.cut();
    try {
      await until(async () => (await store.read(owner, draft.id, LAST)).source === 'archive');
      const page = await store.read(owner, draft.id, LAST);
      expect(page.source).toBe('archive');
      expect(page.messages.map(({ parts }) => parts[0]?.['text'])).toEqual(['a', 'b']);
      const list = await store.list(owner, { limit: 10, statuses: ['active'] });
      expect(list.source).toBe('archive');
      expect(list.conversations).toMatchObject([{ title: 'title', metadata: { a: 'b' } }]);
    } finally {
      proxy.leadTo(sharedRedisPort());
    }
  });
});
