import type { OpenAPIObject } from '@nestjs/swagger';
import { EXAMPLES } from './examples.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

interface Body {
  readonly content?: Record<string, { example?: unknown; examples?: Record<string, unknown> }>;
}

/** Shows in an operation what was sent and answered in the examples: its own ones, and problems that it shares. */
export function addExamples(operation: Operation): void {
  for (const { of, request, status, answer } of EXAMPLES) {
    const body = (operation.responses[status] as Body | undefined)?.content;
    const problem = body?.['application/problem+json'];
    if (problem) {
      if (canBe(problem, answer)) problem.example = answer;
    } else if (of === operation.operationId) {
      const json = body?.['application/json'];
      if (json) json.example = answer;
      const sent = (operation.requestBody as Body | undefined)?.content;
      for (const media of Object.values(sent ?? {})) if (request) media.example = request;
    }
  }
}

/** Whether the answer may be this problem. */
function canBe(media: object, problem: unknown): boolean {
  const { type } = problem as { readonly type: string };
  return JSON.stringify(media).includes(`"${type}"`);
}
