import { Controller, Get, Inject, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import {
  AppModule,
  CONVERSATION_STORE,
  ConversationsService,
  CurrentCaller,
  MemoryConversationStore,
  startService,
  STORE_DEFAULTS,
  StoreModule,
  type Caller,
  type ConversationStore,
  type MessagePage,
} from 'conversation-store';
import { describeConversationStore } from 'conversation-store/contract';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { expectProblem } from '../support/expect-problem.js';
import { startService as startTestService } from '../support/service.js';
import { TEST_SECRET } from '../support/token.js';

/** Stands for the driver of a team: the memory store under another name, with a clock that tests set. */
class TeamStore extends MemoryConversationStore {
  isClosed = false;

  override async close(): Promise<void> {
    await super.close();
    this.isClosed = true;
  }
}

/** Gives parts that no JSON can hold. */
class BigStore extends MemoryConversationStore {
  override async read(...args: Parameters<ConversationStore['read']>): Promise<MessagePage> {
    const page = await super.read(...args);
    const parts = [{ type: 'count', value: 1n }];
    return { ...page, messages: page.messages.map((message) => ({ ...message, parts })) };
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

  it('is answered with a problem where it gives what no JSON can hold', async () => {
    const store = new BigStore({ ...STORE_DEFAULTS, maxBytes: 1_000_000 });
    const service = await startTestService({ store: { driver: 'custom', store } });
    try {
      const client = service.client();
      const { body } = await client.post(CONVERSATIONS, { messages: [{ content: 'Hi' }] });
      expectProblem(await client.get(`${CONVERSATIONS}/${body.id}/messages`), 500);
    } finally {
      await service.close();
    }
  });

  it('runs the whole service, beside routes of the team', async () => {
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
              store: new TeamStore({ ...STORE_DEFAULTS, maxBytes: 1_000_000 }),
            }),
          },
        }),
      ],
      controllers: [WhoAmIController],
    })
    class TeamModule {}

    const environment = { ...process.env };
    Object.assign(process.env, { JWT_SECRET: TEST_SECRET, HOST: '127.0.0.1', PORT: '0' });
    process.env['LOG_LEVEL'] = 'fatal';
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

  it('is closed with the application', async () => {
    const store = new TeamStore({ ...STORE_DEFAULTS, maxBytes: 1_000_000 });
    const module = await Test.createTestingModule({
      imports: [StoreModule.forRoot({ driver: 'custom', store })],
    }).compile();
    await module.close();
    expect(store.isClosed).toBe(true);
  });
});
