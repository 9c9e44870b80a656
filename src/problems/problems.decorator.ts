import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ProblemView } from './problem.view.js';

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
        ...(status === 503 && {
          headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds.' } },
        }),
      }),
    ),
  );
}
