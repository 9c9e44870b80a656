import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { Problems } from '../problems/problems.decorator.js';

type Decorator = ReturnType<typeof applyDecorators>;

export function TurnId(): Decorator {
  return applyDecorators(ApiParam({ name: 'turnId', format: 'uuid' }), Problems(404));
}

export function AnswersEvents(): Decorator {
  const description = 'The UI message stream (v1) of the AI SDK.';
  const schema = { type: 'string' as const };
  return ApiOkResponse({ description, content: { 'text/event-stream': { schema } } });
}

export function TakesLastEventId(): Decorator {
  const description =
    'The id of the last event that the client has. The stream continues after it.';
  const schema = { type: 'integer' as const, minimum: 0 };
  return ApiHeader({ name: 'Last-Event-ID', required: false, description, schema });
}
