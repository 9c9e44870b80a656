import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiHeader, ApiParam } from '@nestjs/swagger';
import { Problems } from '../problems/problems.decorator.js';
import { NewMessageDto } from './message.dto.js';

type Decorator = ReturnType<typeof applyDecorators>;

/** Describes what all routes about conversations have in common. */
export function ConversationRoutes(): Decorator {
  return applyDecorators(
    ApiBearerAuth(),
    ApiExtraModels(NewMessageDto),
    Problems(400, 401, 429, 500, 503),
  );
}

export function ConversationId(): Decorator {
  return applyDecorators(ApiParam({ name: 'id', format: 'uuid' }), Problems(404));
}

export function TakesIdempotencyKey(): Decorator {
  const description =
    'The service does a request with this key once in 24 hours, however often it is sent. 1 to 255 ' +
    'visible ASCII characters. A response that repeats the first one has Idempotency-Replayed: true.';
  const schema = { type: 'string' as const, minLength: 1, maxLength: 255 };
  return applyDecorators(
    ApiHeader({ name: 'Idempotency-Key', required: false, description, schema }),
    Problems(409, 413, 415, 422),
  );
}

export function TakesIfMatch(): Decorator {
  const description =
    'The ETag of the version to change. The response is 412 when the conversation has another version.';
  return applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description }),
    Problems(412),
  );
}
