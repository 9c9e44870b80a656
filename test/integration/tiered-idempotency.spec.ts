import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type {
  CodedError,
  ConversationStore,
  IdempotencyClaim,
  NewMessage,
  Owner,
} from 'conversation-store';
import type { Tiers } from '../../src/store/tiered/open-tiers.js';
import { aConversation, anOwner, rejectsWith, texts } from '../contract/workbench.js';
import { RedisServer, until } from '../support/redis-server.js';
import { redisOptions } from '../support/redis-store.js';
import { cool, createTierPair, openTieredParts, tieredOptions } from '../support/tiered-store.js';

let server: RedisServer;
let redis: Redis;
let store: ConversationStore;
let tiers: Tiers;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.port);
  redis.on('error', () => undefined);
  const node = { host: '127.0.0.1', port: server.port };
  const pair = await createTierPair('cs:');
  const options = tieredOptions(pair, {
    redis: redisOptions({ topology: { mode: 'standalone', node, db: 0 } }),
  });
  ({ store, tiers } = await openTieredParts(options));
});

afterAll(async () => {
  await store.close();
  redis.disconnect();
  await server.stop();
});

/** Requests under keys, which a client may repeat, and what of their answers has to be the same. */
class Requests {
  readonly owner: Owner = anOwner();
  private readonly draft = aConversation({ title: 'title', messages: texts('one', 'two') });
  private readonly appended = texts('three');
  private readonly question = texts('question')[0] as NewMessage;

  /** The server gives each request an id of its own. */
  async create(): Promise<unknown> {
    const draft = { ...this.draft, id: randomUUID() };
    const outcome = await store.create(this.owner, draft, { idempotency: claim('create') });
    return { id: outcome.conversation.id, messages: outcome.messages };
  }

  async append(id: string): Promise<unknown> {
    const options = { idempotency: claim('append') };
    const { messages } = await store.append(this.owner, id, this.appended, options);
    return { messages };
  }

  async turn(id: string): Promise<unknown> {
    const turn = {
      id: randomUUID(),
      input: { message: this.question },
      onConflict: 'reject',
      leaseMs: 60_000,
      idempotency: claim('turn'),
    } as const;
    const beginning = await store.beginTurn(this.owner, id, turn);
    if (beginning.outcome === 'replayed') return beginning.turn;
    const ref = { owner: this.owner, conversationId: id, turnId: turn.id };
    const ended = await store.endTurn(ref, {
      end: 'completed',
      replies: texts('answer'),
      events: [],
      idempotency: claim('turn'),
    });
    return ended.turn;
  }

  async all(id: string): Promise<unknown[]> {
    return [await this.create(), await this.append(id), await this.turn(id)];
  }

  async first(): Promise<{ id: string; answers: unknown[] }> {
    const created = await this.create();
    const { id } = created as { id: string };
    return { id, answers: [created, await this.append(id), await this.turn(id)] };
  }

  async expectRefused(id: string, code: CodedError['code']): Promise<void> {
    await rejectsWith(this.create(), code);
    await rejectsWith(this.append(id), code);
    await rejectsWith(this.turn(id), code);
  }
}

function claim(key: string): IdempotencyClaim {
  return { key, requestHash: key.padEnd(22, '0') };
}

/** Redis comes back without anything. */
async function emptyRedis(): Promise<void> {
  await redis.flushall();
  await server.kill();
  await server.run();
  await until(async () => {
    const listing = store.listIds(anOwner());
    return listing.then(
      () => true,
      () => false,
    );
  });
}

async function baseOf(owner: Owner, id: string): Promise<number> {
  const { conversationKey } = tiers.keys.of(owner).conversationInTier(id);
  return Number(await redis.hget(conversationKey, 'base'));
}

describe('requests under idempotency keys', () => {
  it('get their first answers again, wherever their conversation is', async () => {
    const requests = new Requests();
    const { owner } = requests;
    const { id, answers } = await requests.first();
    expect(await requests.all(id)).toEqual(answers);
    await store.flush(owner);
    expect(await requests.all(id)).toEqual(answers);
    await cool(tiers, owner);
    expect(await requests.all(id)).toEqual(answers);
    for (let i = 0; i < 3; i++) {
      await store.append(owner, id, texts(...Array.from({ length: 90 }, (_, n) => `${i} ${n}`)));
    }
    expect(await requests.all(id)).toEqual(answers);
    // Redis has the end of the conversation alone.
    await cool(tiers, owner);
    await store.read(owner, id, { limit: 0, from: 'end' });
    expect(await baseOf(owner, id)).toBeGreaterThan(10);
    expect(await requests.all(id)).toEqual(answers);
    await emptyRedis();
    expect(await requests.all(id)).toEqual(answers);
    expect(await requests.all(id)).toEqual(answers);
    const other = store.append(owner, id, texts('other'), {
      idempotency: { key: 'append', requestHash: 'another'.padEnd(22, '0') },
    });
    await rejectsWith(other, 'idempotency-mismatch');
    const { conversation } = await store.read(owner, id, { limit: 0, from: 'end' });
    expect(conversation.messageCount).toBe(5 + 270);
    expect(await store.listIds(owner)).toEqual([id]);
  });

  it.each([
    ['was saved', true],
    ['was never saved', false],
  ])('are refused when their conversation has been deleted, which %s', async (_, isSaved) => {
    const requests = new Requests();
    const { owner } = requests;
    const { id } = await requests.first();
    if (isSaved) await cool(tiers, owner);
    await store.delete(owner, id);
    await requests.expectRefused(id, 'conversation-not-found');
    await cool(tiers, owner);
    await requests.expectRefused(id, 'conversation-not-found');
    // Another conversation, for which the partition is compared: nothing else of it may have been saved.
    await store.create(owner, aConversation({ messages: texts('other') }));
    await store.flush(owner);
    await emptyRedis();
    await requests.expectRefused(id, 'conversation-not-found');
    expect(await store.listIds(owner)).toHaveLength(1);
  });
});
