import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { HeaderName } from '../api/description/headers.js';
import { Answers, TakesIdempotencyKey } from '../api/route-descriptions.js';
import { Problems } from '../problems/problems.decorator.js';

type Decorator = ReturnType<typeof applyDecorators>;

/** Describes and configures what the routes that begin a turn have in common. */
export function RunsTurn(): Decorator {
  return applyDecorators(
    RouteConfig({ waits: true }),
    TakesIdempotencyKey(),
    Problems('forbidden', 'message-not-found', 'conversation-closed', 'conversation-full'),
    Problems('quota-exceeded', 'message-superseded', 'branches-full', 'turn-conflict'),
    Problems('turns-stopped'),
  );
}

export function TurnId(): Decorator {
  return applyDecorators(
    ApiParam({ name: 'turnId', format: 'uuid', description: 'The id of the turn.' }),
    Problems('turn-not-found'),
  );
}

/** OpenAPI 3.1 has no schema for one event of a stream: the schema of the stream is that of the data of each event. */
export function AnswersEvents(headers: readonly HeaderName[] = []): Decorator {
  const description =
    'The UI message stream (v1) of the AI SDK: server-sent events, each with an `id`. The schema is that of the data of ' +
    'one event: a `TurnEvent` as JSON, or `[DONE]` at the end. A stream that breaks off before can be resumed with `streamTurn`.';
  const done = { type: 'string', enum: ['[DONE]'] };
  const schema = { anyOf: [{ $ref: '#/components/schemas/TurnEvent' }, done] };
  return applyDecorators(
    ApiOkResponse({ content: { 'text/event-stream': { schema } } }),
    Answers(200, description, {
      headers: [...headers, 'X-Accel-Buffering', 'X-Vercel-AI-UI-Message-Stream'],
    }),
  );
}

export function TakesLastEventId(): Decorator {
  const description =
    'The id of the last event that the client has. The stream continues after it.';
  const schema = { type: 'integer' as const, minimum: 0 };
  return ApiHeader({ name: 'Last-Event-ID', required: false, description, schema });
}
