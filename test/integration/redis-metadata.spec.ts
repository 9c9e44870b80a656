import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConversationMetadata, Owner } from 'conversation-store';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { NO_SEALING } from '../../src/store/sealing/sealing.js';
import { openRedisStore } from '../support/redis-store.js';
import { SEALING } from '../support/sealings.js';

describe.each([
  ['as it is', NO_SEALING],
  ['compressed and encrypted', SEALING],
])('metadata that is stored %s', (_, sealing) => {
  let stores: [RedisConversationStore, RedisConversationStore];
  let owner: Owner;
  let id: string;

  beforeEach(async () => {
    owner = { tenantId: randomUUID(), userId: 'u' };
    id = randomUUID();
    stores = [await openRedisStore({ sealing }), await openRedisStore({ sealing })];
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
  });

  async function create(metadata: ConversationMetadata): Promise<void> {
    await stores[0].create(owner, { id, metadata, messages: [] });
  }

  async function metadataNow(): Promise<ConversationMetadata> {
    const { conversation } = await stores[1].read(owner, id, { limit: 0, from: 'end' });
    return conversation.metadata;
  }

  function patch(metadata: Record<string, string | null> | null, which: 0 | 1 = 0) {
    return stores[which].update(owner, id, { metadata });
  }

  /** How often update.lua runs. */
  async function runsOf(change: () => Promise<unknown>): Promise<number> {
    let runs = 0;
    const connection = stores[0]['redis'];
    const write = connection.writeWithinQuota.bind(connection);
    connection.writeWithinQuota = (...call) => {
      runs++;
      return write(...call);
    };
    await change();
    connection.writeWithinQuota = write;
    return runs;
  }

  it('loses no key when two processes patch different ones at once', async () => {
    for (const before of [{}, { old: '0', gone: '0' }]) {
      id = randomUUID();
      await create(before);
      const patches = Array.from({ length: 14 }, (__, i) =>
        patch({ [`k${i}`]: `v${i}`, gone: null }, i % 2 === 0 ? 0 : 1),
      );
      const versions = (await Promise.all(patches)).map(({ version }) => version);
      expect(new Set(versions).size).toBe(14);
      const { old } = before as ConversationMetadata;
      expect(await metadataNow()).toEqual({
        ...(old && { old }),
        ...Object.fromEntries(patches.map((__, i) => [`k${i}`, `v${i}`])),
      });
    }
  });

  it('admits of two patches that each have room the one that comes first', async () => {
    await create(Object.fromEntries(Array.from({ length: 15 }, (__, i) => [`k${i}`, 'v'])));
    const results = await Promise.allSettled([patch({ a: '1' }, 0), patch({ b: '1' }, 1)]);
    const codes = results.map((result) =>
      result.status === 'rejected' ? (result.reason as { code?: string }).code : 'done',
    );
    expect(codes.sort()).toEqual(['done', 'metadata-full']);
  });

  it('is patched in one round trip when there is none, and else in two', async () => {
    await create({});
    expect(await runsOf(() => patch({ a: '1' }))).toBe(1);
    expect(await runsOf(() => patch({ b: '2' }))).toBe(2);
    expect(await runsOf(() => stores[0].update(owner, id, { title: 'x' }))).toBe(1);
    expect(await metadataNow()).toEqual({ a: '1', b: '2' });
    expect(await runsOf(() => patch(null))).toBe(1);
    expect(await metadataNow()).toEqual({});
  });

  it('of which nothing is left is none', async () => {
    await create({ a: '1' });
    expect((await patch({ a: null })).metadata).toEqual({});
    expect(await runsOf(() => patch({ b: null, c: '1' }))).toBe(1);
    expect(await metadataNow()).toEqual({ c: '1' });
  });

  it('is not too much of a conversation that is not there, or has another version', async () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (__, i) => [`k${i}`, 'v']));
    await expect(patch(many)).rejects.toMatchObject({ code: 'conversation-not-found' });
    await create({});
    const late = stores[0].update(owner, id, { metadata: many }, { expectedVersion: 7 });
    await expect(late).rejects.toMatchObject({ code: 'version-conflict' });
    await expect(patch(many)).rejects.toMatchObject({ code: 'metadata-full' });
    expect((await stores[0].touch(owner, id)).version).toBe(1);
  });

  it('is given up when another patch always comes before it, and is not applied then', async () => {
    await create({});
    const connection = stores[0]['redis'];
    const write = connection.writeWithinQuota.bind(connection);
    let others = 0;
    connection.writeWithinQuota = async (...call) => {
      await patch({ other: String(others++) }, 1);
      return write(...call);
    };
    await expect(patch({ a: '1' })).rejects.toMatchObject({
      code: 'store-unavailable',
      mayHaveBeenApplied: false,
    });
    expect(others).toBeLessThan(1_000);
    expect(await metadataNow()).toEqual({ other: String(others - 1) });
  });
});
