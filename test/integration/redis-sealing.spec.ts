import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  CONVERSATION_STATUSES,
  ConversationDamagedError,
  type NewMessage,
  type NewTurn,
  type Owner,
} from 'conversation-store';
import { RedisKeys, type ConversationKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import { Sealing } from '../../src/store/sealing/sealing.js';
import { RedisServer } from '../support/redis-server.js';
import { openRedisStore } from '../support/redis-store.js';
import { findTexts } from '../support/redis-texts.js';
import { ENCRYPTING, KEY_1, KEY_2, SEALING } from '../support/sealings.js';

const LATEST = { limit: 100, from: 'end' } as const;
const EVENTS = { after: 0, maxBytes: 100_000 } as const;

/** Every text of a conversation that is a secret. */
const SECRETS = [
  'a secret title',
  'a-secret-external-id',
  'a secret label',
  'the secret of a label',
  'a secret question',
  'a secret answer',
  'a secret of a message',
  'a secret state',
  'a secret event',
  'the hash of a request',
] as const;
const [TITLE, EXTERNAL_ID, LABEL, VALUE, QUESTION, ANSWER, NOTE, STATE, EVENT, HASH] = SECRETS;

describe('what Redis is given of sealed conversations', () => {
  const keys = new RedisKeys('cs:', { hasTier: true });
  let server: RedisServer;
  let redis: Redis;
  let plain: RedisConversationStore;
  let store: RedisConversationStore;
  let owner: Owner;

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.port);
    plain = await open();
    store = await open(ENCRYPTING);
  });
  afterAll(async () => {
    await plain.close();
    await store.close();
    redis.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await redis.flushall();
    owner = { tenantId: randomUUID(), userId: 'u' };
  });

  function open(sealing?: Sealing): Promise<RedisConversationStore> {
    const node = { host: '127.0.0.1', port: server.port };
    const topology = { mode: 'standalone', node, db: 0 } as const;
    return openRedisStore({ topology, marks: true, ...(sealing && { sealing }) });
  }

  function keysOf(id: string, of = owner): ConversationKeys {
    return keys.of(of).conversation(id);
  }

  /** A conversation with a secret in every place, and a turn that has ended. */
  async function aSecret(by: RedisConversationStore, of = owner): Promise<string> {
    const id = randomUUID();
    const claim = (): { key: string; requestHash: string } => ({
      key: randomUUID(),
      requestHash: HASH.replaceAll(' ', '-'),
    });
    const draft = { id, title: TITLE, externalId: EXTERNAL_ID, metadata: { [LABEL]: VALUE } };
    const messages = [aMessage(QUESTION), { ...aMessage('hi'), metadata: { note: NOTE } }];
    await by.create(of, { ...draft, messages }, { idempotency: claim() });
    await by.append(of, id, [aMessage(ANSWER)], { idempotency: claim() });
    await by.putState(of, id, { text: STATE }, 0);
    const turn: NewTurn = {
      id: randomUUID(),
      input: { message: aMessage(QUESTION) },
      onConflict: 'reject',
      leaseMs: 60_000,
      idempotency: claim(),
    };
    await by.beginTurn(of, id, turn);
    const ref = { owner: of, conversationId: id, turnId: turn.id };
    const data = JSON.stringify({ text: EVENT });
    await by.advanceTurn(ref, { leaseMs: 60_000, events: [{ seq: 1, data }] });
    const ending = { end: 'completed', replies: [aMessage(ANSWER)] } as const;
    const { idempotency } = turn;
    await by.endTurn(ref, { ...ending, events: [{ seq: 2, data }], idempotency });
    await by.update(of, id, { title: `${TITLE}!`, metadata: { more: VALUE } });
    await by.fork(of, { id: randomUUID(), forkedFrom: { id, seq: 3 } });
    return id;
  }

  it('holds none of their texts', async () => {
    const texts = [...SECRETS.slice(0, -1), HASH.replaceAll(' ', '-')];
    await aSecret(plain);
    const found = await findTexts(redis, texts);
    // The search sees each of them where it is not sealed.
    for (const text of texts) expect(found.join('\n')).toContain(text);
    const types = new Set(found.map((place) => place.split(' ')[0]));
    expect([...types].sort()).toEqual(['hash', 'list', 'stream', 'string']);

    await redis.flushall();
    const id = await aSecret(store);
    expect(await redis.exists(keysOf(id).conversationKey)).toBe(1);
    expect(await findTexts(redis, texts)).toEqual([]);
  });

  it('is read by the next keys, and by no others', async () => {
    const id = await aSecret(store);
    const [rotated, other] = [
      await open(new Sealing({ sealingKey: KEY_2, openingKeys: [KEY_1] })),
      await open(new Sealing({ sealingKey: KEY_2 })),
    ];
    try {
      expect(await rotated.read(owner, id, LATEST)).toEqual(await store.read(owner, id, LATEST));
      expect(await rotated.getState(owner, id)).toEqual(await store.getState(owner, id));
      expect(await rotated.readTurn(owner, id, EVENTS)).toEqual(
        await store.readTurn(owner, id, EVENTS),
      );
      await expect(other.read(owner, id, LATEST)).rejects.toThrow(ConversationDamagedError);
      await expect(plain.read(owner, id, LATEST)).rejects.toThrow(ConversationDamagedError);
    } finally {
      await rotated.close();
      await other.close();
    }
  });

  it('takes a change that the process cannot answer, once under its key', async () => {
    const id = await aSecret(store);
    const other = await open(new Sealing({ sealingKey: KEY_2 }));
    try {
      const { messageCount } = (await store.read(owner, id, LATEST)).conversation;
      const idempotency = { key: randomUUID(), requestHash: 'hash' };
      for (let attempt = 0; attempt < 3; attempt++) {
        const appending = other.append(owner, id, [aMessage('more')], { idempotency });
        await expect(appending).rejects.toThrow(ConversationDamagedError);
      }
      expect((await store.touch(owner, id)).messageCount).toBe(messageCount + 1);
    } finally {
      await other.close();
    }
  });

  it('may have been there before there were keys', async () => {
    const id = await aSecret(plain);
    const before = await plain.read(owner, id, LATEST);
    const turn = await plain.readTurn(owner, id, EVENTS);
    expect(await store.read(owner, id, LATEST)).toEqual(before);
    expect(await store.readTurn(owner, id, EVENTS)).toEqual(turn);
    await store.append(owner, id, [aMessage('new')]);
    await store.update(owner, id, { metadata: { new: 'n' } });
    const { conversation, messages } = await store.read(owner, id, LATEST);
    expect(messages).toHaveLength(before.messages.length + 1);
    expect(conversation.metadata).toEqual({ [LABEL]: VALUE, more: VALUE, new: 'n' });
    expect(await findTexts(redis, ['"new"'])).toEqual([]);
    await store.fork(owner, { id: randomUUID(), forkedFrom: { id, seq: 6 } });
  });

  it('of a fork is sealed for the fork', async () => {
    for (const source of [await aSecret(plain), await aSecret(store)]) {
      const fork = randomUUID();
      await store.fork(owner, { id: fork, forkedFrom: { id: source, seq: 5 } });
      const [original, copy] = [
        await store.read(owner, source, { ...LATEST, branch: 5 }),
        await store.read(owner, fork, LATEST),
      ];
      const contents = (of: typeof copy) =>
        of.messages.map(({ id, parts, metadata, createdAt }) => ({
          ...{ id, parts, metadata, createdAt },
        }));
      expect(contents(copy)).toEqual(contents(original));
      expect(copy.conversation.title).toBe(original.conversation.title);
      const elements = await redis.lrange(keysOf(fork).messagesKey, 0, -1);
      expect(elements.every((element) => element.includes('"sealed"'))).toBe(true);
    }
  });

  describe('and was changed there', () => {
    const other: Owner = { tenantId: randomUUID(), userId: 'u' };
    let id: string;
    let neighbour: string;
    let elsewhere: string;

    beforeEach(async () => {
      id = await aSecret(store);
      neighbour = await aSecret(store);
      elsewhere = await aSecret(store, other);
    });

    const field = async (name: string, from: ConversationKeys, to = name) => {
      const value = (await redis.hget(from.conversationKey, name)) ?? '';
      await redis.hset(keysOf(id).conversationKey, to, value);
    };
    const message = async (change: (element: string) => Promise<string> | string) => {
      const { messagesKey } = keysOf(id);
      const element = (await redis.lindex(messagesKey, 0)) ?? '';
      await redis.lset(messagesKey, 0, await change(element));
    };
    const sealedOf = (element: string) => element.slice(element.indexOf('{"sealed"'));
    const read = () => store.read(owner, id, LATEST);
    const readState = () => store.getState(owner, id);
    const readEvents = () => store.readTurn(owner, id, EVENTS);
    const changes: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      ['a title of another conversation', () => field('title', keysOf(neighbour)), read],
      ['a title of another owner', () => field('title', keysOf(elsewhere, other)), read],
      ['a title that was another field', () => field('externalId', keysOf(id), 'title'), read],
      ['metadata of another conversation', () => field('metadata', keysOf(neighbour)), read],
      ['a state of another conversation', () => field('state', keysOf(neighbour)), readState],
      ['a state that was metadata', () => field('metadata', keysOf(id), 'state'), readState],
      [
        'a bit of the title',
        async () => {
          const { conversationKey } = keysOf(id);
          const title = (await redis.hget(conversationKey, 'title')) ?? '';
          await redis.hset(conversationKey, 'title', flipped(title, 20));
        },
        read,
      ],
      ['a bit of a message', () => message((element) => flipped(element, 100)), read],
      ['the id of a message', () => message((element) => flipped(element, 16)), read],
      [
        'the role of a message',
        () => message((element) => element.replace('"u",{', '"s",{')),
        read,
      ],
      [
        'the content of another message',
        () =>
          message(async (element) => {
            const next = (await redis.lindex(keysOf(id).messagesKey, 1)) ?? '';
            return element.replace(sealedOf(element), sealedOf(next));
          }),
        read,
      ],
      [
        'a message of another conversation, with its id',
        () => message(async () => (await redis.lindex(keysOf(neighbour).messagesKey, 0)) ?? ''),
        read,
      ],
      [
        'a message of another owner, with its id',
        () =>
          message(async () => (await redis.lindex(keysOf(elsewhere, other).messagesKey, 0)) ?? ''),
        read,
      ],
      [
        'events of another turn',
        async () => {
          const { eventsKey } = keysOf(id);
          const [entry] = await redis.xrange(keysOf(neighbour).eventsKey, '-', '+');
          await redis.del(eventsKey);
          await redis.xadd(eventsKey, '1-0', 'data', entry?.[1][1] ?? '');
        },
        readEvents,
      ],
      [
        'events that were others of their turn',
        async () => {
          const { eventsKey } = keysOf(id);
          const [entry] = await redis.xrange(eventsKey, '-', '+');
          await redis.del(eventsKey);
          await redis.xadd(eventsKey, '2-0', 'data', entry?.[1][1] ?? '');
        },
        readEvents,
      ],
    ];

    it.each(changes)('is damaged, and its neighbours are not: %s', async (_, change, reading) => {
      await reading();
      await change();
      const error: unknown = await reading().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConversationDamagedError);
      expect(error).toMatchObject({ conversationId: id });
      for (const text of SECRETS) expect(String((error as Error).stack)).not.toContain(text);
      await store.read(owner, neighbour, LATEST);
      await store.read(other, elsewhere, LATEST);
      const { conversations } = await store.list(owner, {
        limit: 9,
        statuses: CONVERSATION_STATUSES,
      });
      expect(conversations.map((shown) => shown.id)).toContain(neighbour);
      await store.delete(owner, id);
    });
  });

  it('and overlaps with events that were sent before is read once', async () => {
    for (const by of [store, plain]) {
      const id = randomUUID();
      await by.create(owner, { id, metadata: {}, messages: [] });
      const turn: NewTurn = {
        id: randomUUID(),
        input: { message: aMessage('hi') },
        onConflict: 'reject',
        leaseMs: 60_000,
      };
      await by.beginTurn(owner, id, turn);
      const ref = { owner, conversationId: id, turnId: turn.id };
      const events = [1, 2, 3, 4, 5].map((seq) => ({ seq, data: `{"n":${seq}}` }));
      const send = (from: number, to: number) =>
        by.advanceTurn(ref, { leaseMs: 60_000, events: events.slice(from - 1, to) });
      await send(1, 3);
      await send(2, 3);
      await send(2, 5);
      for (let after = 0; after <= 5; after++) {
        const page = await by.readTurn(owner, id, { after, maxBytes: 1_000 });
        expect(page).toMatchObject({ events: events.slice(after), isComplete: true });
      }
    }
  });

  it('fills no page with more than its bytes when it is opened', async () => {
    const sealing = await open(SEALING);
    try {
      const id = randomUUID();
      await sealing.create(owner, { id, metadata: {}, messages: [] });
      for (let i = 0; i < 20; i++) {
        const ten = Array.from({ length: 10 }, () => aMessage('x'.repeat(60_000)));
        await sealing.append(owner, id, ten);
      }
      expect(await redis.memory('USAGE', keysOf(id).messagesKey)).toBeLessThan(300_000);
      const ranges = [LATEST.from, { before: 101 }, { after: 0 }, { after: 99 }] as const;
      for (const from of ranges) {
        const { messages, hasMore } = await sealing.read(owner, id, { limit: 200, from });
        expect([messages.length, hasMore]).toEqual([17, true]);
      }
      const seqs = [];
      for (;;) {
        const from = { after: seqs.length };
        const { messages, hasMore } = await sealing.read(owner, id, { limit: 200, from });
        seqs.push(...messages.map(({ seq }) => seq));
        if (!hasMore) break;
      }
      expect(seqs).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    } finally {
      await sealing.close();
    }
  });
});

function aMessage(text: string): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] };
}

/** The text with another letter or digit at a place. */
function flipped(text: string, place: number): string {
  return text.slice(0, place) + (text[place] === 'a' ? 'b' : 'a') + text.slice(place + 1);
}
