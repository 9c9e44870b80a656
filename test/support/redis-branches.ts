import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { MessageRange, NewMessage, NewTurn, Owner, TurnInput } from 'conversation-store';
import type { Placement } from '../../src/domain/branches.js';
import { OwnerKeys, type ConversationKeys } from '../../src/store/redis/redis.keys.js';
import type { RedisConversationStore } from '../../src/store/redis/redis.store.js';
import type { TurnOutcome } from '../../src/store/turn-store.js';
import { RedisServer } from './redis-server.js';
import { openRedisStore } from './redis-store.js';

/** A Redis of its own, and a conversation whose branches are looked at where Redis has them. */
export class RedisBranchBench {
  owner: Owner = { tenantId: '', userId: '' };
  id = '';

  private constructor(
    private readonly server: RedisServer,
    readonly redis: Redis,
    readonly store: RedisConversationStore,
  ) {}

  static async start(): Promise<RedisBranchBench> {
    const server = await RedisServer.start();
    const node = { host: '127.0.0.1', port: server.port };
    const store = await openRedisStore({ topology: { mode: 'standalone', node, db: 0 } });
    return new RedisBranchBench(server, new Redis(server.port), store);
  }

  async stop(): Promise<void> {
    await this.store.close();
    this.redis.disconnect();
    await this.server.stop();
  }

  get keys(): ConversationKeys {
    return new OwnerKeys('cs:', this.owner).conversation(this.id);
  }

  /** Goes on with a new conversation of a new owner, of so many messages. */
  async create(count: number): Promise<void> {
    this.owner = { tenantId: randomUUID(), userId: 'u' };
    this.id = randomUUID();
    const { owner, id } = this;
    const first = messages(Math.min(count, 100));
    await this.store.create(owner, { id, metadata: {}, messages: first });
    for (let left = count - 100; left > 0; left -= 100) {
      await this.append({}, Math.min(left, 100));
    }
  }

  /** Of the head. */
  async words(): Promise<string[]> {
    return ((await this.redis.hget(this.keys.conversationKey, 'head')) ?? '').split(' ');
  }

  async setWords(change: (words: string[]) => string[]): Promise<void> {
    const head = change(await this.words()).join(' ');
    await this.redis.hset(this.keys.conversationKey, 'head', head);
  }

  branches(): Promise<string | null> {
    return this.redis.hget(this.keys.conversationKey, 'branches');
  }

  async setBranches(text: string): Promise<void> {
    await this.redis.hset(this.keys.conversationKey, 'branches', text);
  }

  /** Adds a message as a process does that knows no branches. */
  async appendAsOlderProcess(): Promise<void> {
    const element = await this.redis.lindex(this.keys.messagesKey, -1);
    const count = await this.redis.rpush(this.keys.messagesKey, element ?? '');
    await this.setWords((words) => words.with(2, String(count)));
  }

  /** All that Redis has of it. */
  async stored(): Promise<[Record<string, string>, string[]]> {
    const { conversationKey, messagesKey } = this.keys;
    return [await this.redis.hgetall(conversationKey), await this.redis.lrange(messagesKey, 0, -1)];
  }

  async seqsOf(range: Partial<MessageRange> = {}): Promise<number[]> {
    const { owner, id } = this;
    const page = await this.store.read(owner, id, { limit: 100, from: 'end', ...range });
    return page.messages.map(({ seq }) => seq);
  }

  append(placement: Omit<Placement, 'count'> = {}, count = 1): Promise<unknown> {
    return this.store.append(this.owner, this.id, messages(count), placement);
  }

  async begin(input: TurnInput): Promise<NewTurn> {
    const turn: NewTurn = { id: randomUUID(), input, onConflict: 'reject', leaseMs: 60_000 };
    const { outcome } = await this.store.beginTurn(this.owner, this.id, turn);
    assert.equal(outcome, 'begun');
    return turn;
  }

  end(
    { id: turnId }: NewTurn,
    replies = messages(1),
    continuation?: NewMessage,
  ): Promise<TurnOutcome> {
    const ending = { end: 'completed', replies, events: [], continuation } as const;
    return this.store.endTurn({ owner: this.owner, conversationId: this.id, turnId }, ending);
  }
}

export function messages(count: number): NewMessage[] {
  return Array.from({ length: count }, aMessage);
}

export function aMessage(): NewMessage {
  return { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: 'hi' }] };
}

/** A record of a branch, as Redis has it. */
export function branchRecord(...numbers: readonly number[]): string {
  return numbers.map((number) => String(number).padStart(8, '0')).join('');
}
