import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import {
  AppModule,
  ConfigurationError,
  CONVERSATION_STORE,
  ConversationsModule,
  ConversationsService,
  CurrentCaller,
  MemoryConversationStore,
  OrchestratorModule,
  ProblemsModule,
  startService,
  StoreModule,
  type Caller,
  type ConversationStore,
  type Orchestrator,
  type StoreLimits,
  type TurnContext,
  type TurnOutput,
} from 'conversation-store';
import { describeConversationStore } from 'conversation-store/contract';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { TEST_SECRET } from '../support/token.js';

const LIMITS: StoreLimits = {
  ttlMs: 600_000,
  maxMessagesPerConversation: 100,
  maxConversationsPerUser: 100,
};
const MEMORY = { driver: 'memory', maxBytes: 1_000_000, ...LIMITS } as const;
describe('a team that extends the service', () => {
  it('injects the service and the store into a module of its own', async () => {
    @Injectable()
    class Assistant {
      constructor(
        readonly conversations: ConversationsService,
        @Inject(CONVERSATION_STORE) readonly store: ConversationStore,
      ) {}
    }
    @Module({ imports: [ConversationsModule], providers: [Assistant] })
    class AssistantModule {}

    const module = await Test.createTestingModule({
      imports: [StoreModule.forRoot(MEMORY), AssistantModule],
    }).compile();
    const { conversations, store } = module.get(Assistant);
    const caller: Caller = { owner: { tenantId: 't', userId: 'u' }, isService: true };
    const { conversation } = await conversations.create(caller, { title: 'from a module' });
    await conversations.append(caller, conversation.id, [
      { role: 'assistant', parts: [{ type: 'text', text: 'hello' }] },
    ]);
    await store.putState(caller.owner, conversation.id, { step: 1 }, 0);
    const page = await conversations.read(caller.owner, conversation.id, { limit: 9, from: 'end' });
    expect(page.conversation.title).toBe('from a module');
    expect(page.messages.map(({ role }) => role)).toEqual(['assistant']);
    await module.close();
  });

  it('runs the whole service on a store of its own, beside routes of its own', async () => {
    @Controller('api/v1/whoami')
    class WhoAmIController {
      constructor(
        readonly conversations: ConversationsService,
        @Inject(CONVERSATION_STORE) readonly store: ConversationStore,
      ) {}

      @Get()
      whoAmI(@CurrentCaller() { owner }: Caller): unknown {
        return { ...owner, isTeamStore: this.store instanceof TeamStore };
      }
    }
    @Module({
      imports: [
        AppModule.forRoot({
          store: {
            useFactory: () => ({
              driver: 'custom',
              store: new TeamStore({ ...LIMITS, maxBytes: 1_000_000 }),
            }),
          },
        }),
      ],
      controllers: [WhoAmIController],
    })
    class TeamModule {}

    const environment = { ...process.env };
    Object.assign(process.env, { JWT_SECRET: TEST_SECRET, HOST: '127.0.0.1', PORT: '0' });
    Object.assign(process.env, { STORE_DRIVER: 'custom', LOG_LEVEL: 'fatal' });
    const app = await startService(TeamModule);
    try {
      const client = ApiClient.for(await app.getUrl(), { sub: 'u', tid: 't' });
      expect(JSON.parse((await client.get('/api/v1/whoami')).text)).toEqual({
        tenantId: 't',
        userId: 'u',
        isTeamStore: true,
      });
      expect((await client.post(CONVERSATIONS, { title: 'x' })).status).toBe(201);
      expect((await client.post(CONVERSATIONS, '{"title":"\\u0000"}')).status).toBe(400);
      expect((await client.post(CONVERSATIONS, { userId: 'other' })).body.errors).toEqual([
        { field: 'userId', message: 'is not a known property' },
      ]);
      const stranger = new ApiClient(client.url, 'garbled');
      expect((await stranger.get('/api/v1/whoami')).status).toBe(401);
      expect((await stranger.get('/health/ready')).status).toBe(200);
    } finally {
      await app.close();
      process.env = environment;
    }
  });

  it('brings an orchestrator that injects what its own module has', async () => {
    @Injectable()
    class Greetings {
      readonly text = 'Hello from the team';
    }
    @Module({ providers: [Greetings], exports: [Greetings] })
    class GreetingsModule {}
    @Injectable()
    class Greeter implements Orchestrator {
      constructor(
        private readonly greetings: Greetings,
        private readonly conversations: ConversationsService,
      ) {}

      async *answer({ owner, conversation, history }: TurnContext): AsyncIterable<TurnOutput> {
        const range = { limit: 9, from: 'end' } as const;
        const { messages } = await this.conversations.read(owner, conversation.id, range);
        yield `${this.greetings.text}, ${history.length} of ${messages.length} messages.`;
      }
    }
    const orchestrator = OrchestratorModule.forRoot({
      imports: [GreetingsModule, ConversationsModule],
      useClass: Greeter,
      historyLimit: 1,
    });
    @Module({ imports: [AppModule.forRoot(), orchestrator] })
    class TeamModule {}

    const environment = { ...process.env };
    Object.assign(process.env, { JWT_SECRET: TEST_SECRET, HOST: '127.0.0.1', PORT: '0' });
    Object.assign(process.env, { STORE_DRIVER: 'memory', LOG_LEVEL: 'fatal' });
    const app = await startService(TeamModule);
    try {
      const client = ApiClient.for(await app.getUrl());
      const messages = [{ content: 'a' }, { content: 'b' }];
      const { id } = (await client.post(CONVERSATIONS, { messages })).body;
      const { body } = await client.post(`${CONVERSATIONS}/${id}/turns`, { message: 'hi' });
      expect(body.messages[1]?.parts).toEqual([
        { type: 'text', text: 'Hello from the team, 1 of 3 messages.' },
      ]);
    } finally {
      await app.close();
      process.env = environment;
    }
  });

  it('gets an error, and nothing left behind, when the service cannot start', async () => {
    const environment = { ...process.env };
    const listeners = (): number[] =>
      ['SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name));
    const before = listeners();
    const occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    const { port } = occupied.address() as AddressInfo;
    Object.assign(process.env, { HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'fatal' });
    try {
      await expect(startService(AppModule.forRoot())).rejects.toThrow('EADDRINUSE');
      process.env['STORE_DRIVER'] = 'custom';
      await expect(startService(AppModule.forRoot())).rejects.toThrow(ConfigurationError);
      expect(listeners()).toEqual(before);
    } finally {
      process.env = environment;
      occupied.close();
    }
  });

  it('gets no answer from the routes without a guard', async () => {
    @Module({ imports: [StoreModule.forRoot(MEMORY), ProblemsModule, ConversationsModule] })
    class UnguardedModule {}

    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    const app = await NestFactory.create<NestFastifyApplication>(
      UnguardedModule,
      new FastifyAdapter(),
      { logger: false },
    );
    await app.listen(0, '127.0.0.1');
    try {
      const client = ApiClient.for(await app.getUrl());
      expect((await client.get(CONVERSATIONS)).status).toBe(401);
    } finally {
      await app.close();
    }
  });
});

/** A driver of a team's own: here the memory store behind another name, with a clock to turn. */
class TeamStore extends MemoryConversationStore {
  isClosed = false;

  override async close(): Promise<void> {
    await super.close();
    this.isClosed = true;
  }
}

describe('a store of a team’s own', () => {
  let now = Date.now();

  describeConversationStore({ describe, it }, 'bound through StoreModule.forRootAsync', {
    open: async (limits) => {
      const module = await Test.createTestingModule({
        imports: [
          StoreModule.forRootAsync({
            useFactory: () => {
              const store = new TeamStore({ ...limits, maxBytes: 10_000_000, clock: () => now });
              return { driver: 'custom', store };
            },
          }),
        ],
      }).compile();
      const store = module.get<ConversationStore>(CONVERSATION_STORE);
      expect(store).toBeInstanceOf(TeamStore);
      return store;
    },
    elapse: async (milliseconds) => {
      now += milliseconds;
    },
  });

  it('is closed with the application', async () => {
    const store = new TeamStore({ ...LIMITS, maxBytes: 1_000_000 });
    const module = await Test.createTestingModule({
      imports: [StoreModule.forRoot({ driver: 'custom', store })],
    }).compile();
    await module.close();
    expect(store.isClosed).toBe(true);
  });
});
