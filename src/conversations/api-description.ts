import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtraModels,
  ApiHeader,
  ApiParam,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { ProblemView } from '../problems/problem.dto.js';
import { PartDto } from './dto/new-message.dto.js';

type Decorator = ReturnType<typeof applyDecorators>;

/** What every route on conversations has in common. */
export function ConversationRoutes(): Decorator {
  return applyDecorators(
    ApiBearerAuth(),
    ApiExtraModels(ProblemView, PartDto),
    Problems(400, 401, 500, 503),
  );
}

/** The problems that a route may answer. */
export function Problems(...statuses: number[]): Decorator {
  const schema = { $ref: getSchemaPath(ProblemView) };
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: STATUS_CODES[status] ?? '',
        content: { 'application/problem+json': { schema } },
        ...(status === 503 && {
          headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } },
        }),
      }),
    ),
  );
}

export function ConversationId(): Decorator {
  return applyDecorators(ApiParam({ name: 'id', format: 'uuid' }), Problems(404));
}

export function TakesIdempotencyKey(): Decorator {
  const description =
    'Makes the request happen once in 24 hours, however often it is sent. 1 to 255 visible ASCII ' +
    'characters. An answer that repeats the first has Idempotency-Replayed: true.';
  const schema = { type: 'string' as const, minLength: 1, maxLength: 255 };
  return applyDecorators(
    ApiHeader({ name: 'Idempotency-Key', required: false, description, schema }),
    Problems(409, 413, 415, 422),
  );
}

export function TakesIfMatch(): Decorator {
  const description = 'The ETag of the version to change; of another one, the answer is 412.';
  return applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description }),
    Problems(412),
  );
}
