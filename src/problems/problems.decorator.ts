import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemView } from './problem.view.js';

const RETRY_AFTER = {
  'Retry-After': { schema: { type: 'integer' as const }, description: 'Seconds.' },
};

/** Headers of a problem with this status. */
const HEADERS: Readonly<Record<number, typeof RETRY_AFTER>> = {
  429: {
    ...RETRY_AFTER,
    ...textHeader('RateLimit', 'The remaining requests and seconds of each limit: "user";r=0;t=12'),
    ...textHeader('RateLimit-Policy', 'The requests and seconds of each limit: "user";q=600;w=60'),
  },
  503: RETRY_AFTER,
};

function textHeader(name: string, description: string): Record<string, object> {
  return { [name]: { schema: { type: 'string' }, description } };
}

/** Describes the problems that a route may answer, by their statuses. */
export function Problems(...statuses: number[]): ReturnType<typeof applyDecorators> {
  const schema = { $ref: getSchemaPath(ProblemView) };
  return applyDecorators(
    ApiExtraModels(ProblemView),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        description: STATUS_CODES[status] ?? '',
        content: { 'application/problem+json': { schema } },
        ...(status in HEADERS && { headers: HEADERS[status] }),
      }),
    ),
  );
}
