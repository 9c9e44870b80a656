import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Controller, Get, Inject, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiAcceptedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiProperty,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import {
  AppModule,
  ConfigurationError,
  CONVERSATION_STORE,
  ConversationsModule,
  ConversationsService,
  OrchestratorModule,
  ProblemsModule,
  startService,
  StoreModule,
  type Caller,
  type ConversationStore,
  type Orchestrator,
  type TurnContext,
  type TurnOutput,
} from 'conversation-store';
import { ApiClient, CONVERSATIONS } from '../support/api-client.js';
import { startService as startTestService } from '../support/service.js';
import { TEST_SECRET } from '../support/token.js';

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
      imports: [StoreModule.forRoot(), AssistantModule],
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
        { type: 'text', text: 'Hello from the team, 1 of 3 messages.', state: 'done' },
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
    @Module({ imports: [StoreModule.forRoot(), ProblemsModule, ConversationsModule] })
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

describe('the API description of an application', () => {
  class Ticket {
    @ApiProperty({ default: 'open' })
    readonly state!: string;
  }

  @Controller('desk')
  class DeskController {
    @Get('ticket')
    @ApiOkResponse({ type: Ticket })
    ticket(): Ticket {
      return { state: 'open' };
    }
  }

  it('has its routes as Nest describes them, beside those of the service', async () => {
    const service = await descriptionWith([]);
    const application = await descriptionWith([DeskController]);
    const { [DESK]: desk, ...paths } = application.paths;
    expect(paths).toEqual(service.paths);
    const { schemas, ...components } = application.components ?? {};
    const { Ticket: ticket, ...others } = schemas ?? {};
    expect({ ...components, schemas: others }).toEqual(service.components);
    expect(ticket).toMatchObject({ properties: { state: { type: 'string', default: 'open' } } });
    expect(desk?.get).not.toHaveProperty('security');
    expect(desk?.get?.responses['200']).not.toHaveProperty('headers');
  });

  it('has a class under another name when the service has a schema of that name, and the log says so', async () => {
    class Problem extends Ticket {}
    class CustomEvent extends Ticket {
      @ApiProperty({ type: [Problem] })
      readonly problems!: Problem[];
    }
    class ApplicationProblem extends Ticket {}
    @Controller('events')
    @ApiExtraModels(ApplicationProblem)
    class EventsController {
      @Get('event')
      @ApiOkResponse({ type: CustomEvent })
      @ApiAcceptedResponse({ schema: { $ref: refTo('Problem/properties/state') } })
      event(): CustomEvent {
        return { state: 'open', problems: [] };
      }
    }

    const service = await descriptionWith([]);
    const warnings: string[] = [];
    const { paths, components } = await descriptionWith([EventsController], warnings);
    expect(components?.schemas).toMatchObject({
      ...service.components?.schemas,
      ApplicationCustomEvent: {
        properties: { problems: { items: { $ref: refTo('ApplicationApplicationProblem') } } },
      },
      ApplicationApplicationProblem: { properties: { state: { default: 'open' } } },
      ApplicationProblem: { properties: { state: { default: 'open' } } },
    });
    expect(paths['/events/event']?.get?.responses['200']).toMatchObject({
      content: { 'application/json': { schema: { $ref: refTo('ApplicationCustomEvent') } } },
    });
    expect(JSON.stringify(paths['/events/event']?.get?.responses['202'])).toContain(
      refTo('ApplicationApplicationProblem/properties/state'),
    );
    expect(warnings).toEqual([
      expect.stringMatching(
        /ApplicationCustomEvent for CustomEvent, ApplicationApplicationProblem for Problem\..*@ApiSchema/,
      ),
    ]);
  });
});

const DESK = '/desk/ticket';

function refTo(schema: string): string {
  return `#/components/schemas/${schema}`;
}

/** @param warnings gets what the service warns of as it describes itself */
async function descriptionWith(
  controllers: Type[],
  warnings: string[] = [],
): Promise<OpenAPIObject> {
  const service = await startTestService({ controllers });
  const { status, text } = await service.client().get('/api/openapi.json');
  await service.close();
  warnings.push(...service.logLines().filter((line) => line.startsWith('warn [ApiDescription]')));
  if (status !== 200) throw new Error(text);
  return JSON.parse(text) as OpenAPIObject;
}
