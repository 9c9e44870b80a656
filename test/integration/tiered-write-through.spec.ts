import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError, type Owner } from 'conversation-store';
import { postgresOptions } from '../support/postgres-store.js';
import { expectUnavailable, failureOf } from '../support/postgres-connections.js';
import { sharedPostgresUrl } from '../support/postgres-store.js';
import { TcpFaultProxy } from '../support/tcp-fault-proxy.js';
import { createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';
import { until } from '../support/redis-server.js';
import { aConversation, anOwner, texts } from '../contract/workbench.js';

type Parts = Awaited<ReturnType<typeof openTieredParts>>;

let owner: Owner;
let proxy: TcpFaultProxy;
let store: Parts['store'];
let tiers: Parts['tiers'];

beforeEach(async () => {
  owner = anOwner();
  const pair = await createTierPair(`${randomUUID()}:`);
  proxy = await TcpFaultProxy.start(Number(new URL(sharedPostgresUrl()).port));
  ({ store, tiers } = await openTieredParts({
    ...tieredOptions(pair),
    writeMode: 'through',
    postgres: postgresOptions(proxy.urlInPlaceOf(pair.databaseUrl)),
  }));
});
afterEach(async () => {
  proxy.resume();
  await store.close();
  await proxy.stop();
});

/** What PostgreSQL has of a conversation. */
function saved(id: string) {
  return tiers.record.read(owner, id, { limit: 100, from: 'end' });
}

async function isAway(): Promise<void> {
  await until(() => tiers.record.isAway);
}

describe('WRITE_MODE=through', () => {
  it('answers a write once PostgreSQL has it', async () => {
    const id = aConversation().id;
    const created = await store.create(owner, { ...aConversation({ messages: texts('a') }), id });
    expect((await saved(id)).conversation).toEqual(created.conversation);
    await store.append(owner, id, texts('b', 'c'));
    expect((await saved(id)).messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const updated = await store.update(owner, id, { title: 'new' });
    expect((await saved(id)).conversation).toEqual(updated);
    await store.putState(owner, id, { step: 1 }, 0);
    expect(await tiers.record.getState(owner, id)).toEqual({ value: { step: 1 }, version: 1 });
    await store.delete(owner, id);
    expect(await tiers.record.living(owner)).toEqual([]);
  });

  it('shares one flush among writes at once', async () => {
    const conversations = Array.from({ length: 50 }, () => aConversation({ messages: texts('a') }));
    await Promise.all(conversations.map((conversation) => store.create(owner, conversation)));
    expect(await tiers.record.living(owner)).toHaveLength(50);
  });

  it('refuses a write before Redis has it, while PostgreSQL is known to be away', async () => {
    const conversation = aConversation({ messages: texts('a') });
    await store.create(owner, conversation);
    proxy.stall();
    await isAway();
    const { id } = conversation;
    await expectUnavailable(store.append(owner, id, texts('b')));
    await expectUnavailable(store.update(owner, id, { title: 'x' }));
    await expectUnavailable(store.delete(owner, id));
    await expectUnavailable(store.create(owner, aConversation()));
    const page = await store.read(owner, id, { limit: 10, from: 'end' });
    expect([page.messages.length, page.conversation.version]).toEqual([1, 1]);
  });

  it('says so when PostgreSQL does not answer in time, and saves the write later', async () => {
    const conversation = aConversation({ messages: texts('a') });
    await store.create(owner, conversation);
    const { id } = conversation;
    proxy.stall();
    await expectUnavailable(store.append(owner, id, texts('b')), true);
    expect((await store.read(owner, id, { limit: 10, from: 'end' })).messages).toHaveLength(2);
    proxy.resume();
    await until(async () => {
      const page = await saved(id).catch(() => undefined);
      return page?.messages.length === 2;
    });
    await store.append(owner, id, texts('c'));
    expect((await saved(id)).messages).toHaveLength(3);
  });

  it('does not answer for a conversation that flushes leave out', async () => {
    const conversation = aConversation();
    const { id } = conversation;
    await store.create(owner, conversation);
    await tiers.hot.append(owner, id, texts('a'));
    await tiers.tier.hot.quarantine(tiers.keys.of(owner).conversationInTier(id).conversationKey);
    const failure = await failureOf(store.append(owner, id, texts('b')));
    expect(failure).toBeInstanceOf(StoreUnavailableError);
    expect(failure).toMatchObject({ mayHaveBeenApplied: true });
    await tiers.tier.hot.drop(owner, id);
  });
});
