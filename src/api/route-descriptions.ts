import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiParam, ApiResponse } from '@nestjs/swagger';
import { Problems } from '../problems/problems.decorator.js';
import { COMMON_PROBLEMS } from './common-problems.js';
import { headerRefs, type HeaderName } from '../http/answer-headers.js';

type Decorator = ReturnType<typeof applyDecorators>;

/** Describes what all routes about conversations have in common. */
export function ConversationRoutes(): Decorator {
  return applyDecorators(ApiBearerAuth(), Problems('invalid-request', ...COMMON_PROBLEMS));
}

export function ConversationId(): Decorator {
  return applyDecorators(
    ApiParam({ name: 'id', format: 'uuid', description: 'The id of the conversation.' }),
    Problems('conversation-not-found', 'conversation-damaged', 'uri-too-long'),
  );
}

/** A route that reads the body of a request, or checks it where it needs none. */
export function TakesBody(): Decorator {
  return Problems('malformed-body', 'payload-too-large', 'unsupported-media-type');
}

export function TakesIdempotencyKey(): Decorator {
  const description =
    'The service does a request with this key once in 24 hours, however often it is sent. 1 to 255 ' +
    'visible ASCII characters. A response that repeats the first one has `Idempotency-Replayed: true`.';
  const schema = { type: 'string' as const, minLength: 1, maxLength: 255 };
  return applyDecorators(
    ApiHeader({ name: 'Idempotency-Key', required: false, description, schema }),
    TakesBody(),
    Problems('idempotency-mismatch', 'conversation-not-found', 'conversation-damaged'),
  );
}

export function TakesIfMatch(): Decorator {
  const description =
    'The ETag of the version to change. The response is 412 when the conversation has another version.';
  return applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description }),
    Problems('version-conflict'),
  );
}

export interface Answer {
  readonly type?: Type;
  readonly headers?: readonly HeaderName[];
}

/** Describes an answer that is no problem. */
export function Answers(
  status: number,
  description: string,
  { type, headers = [] }: Answer = {},
): Decorator {
  const body = type && { type };
  return applyDecorators(
    ApiResponse({ status, description, headers: headerRefs(headers), ...body }),
  );
}
