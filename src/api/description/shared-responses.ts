import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Responses = NonNullable<NonNullable<OpenAPIObject['components']>['responses']>;
type Response = Operation['responses'][string];

interface Problems {
  readonly operation: Operation;
  readonly status: string;
  readonly response: Response;
  readonly slugs: readonly string[];
}

/**
 * Replaces answers that are problems with a reference to one that all operations with the same problems share. Else two
 * thirds of the description would be their headers.
 */
export function shareProblems(operations: readonly Operation[]): Responses {
  const shared: Responses = {};
  const problems = operations.flatMap(problemsOf);
  for (const { operation, status, response, slugs } of problems) {
    const alike = problems.filter((other) => other.status === status);
    if (alike.filter((other) => isSame(other.slugs, slugs)).length < 2) continue;
    const always = slugs.filter((slug) => alike.every((other) => other.slugs.includes(slug)));
    const name = nameOf(status, slugs, always);
    shared[name] = response as Responses[string];
    operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return Object.fromEntries(Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((slug) => others.includes(slug));
}

function problemsOf(operation: Operation): Problems[] {
  return Object.entries(operation.responses).flatMap(([status, response]) => {
    const slugs = slugsOf(response);
    return slugs ? [{ operation, status, response, slugs }] : [];
  });
}

function slugsOf(response: Response): string[] | undefined {
  const { content } = response as { content?: Record<string, { schema?: unknown }> };
  const schema = content?.['application/problem+json']?.schema as ProblemSchema | undefined;
  return schema?.allOf?.[1]?.properties.type.enum.map((type) => type.replace('/problems/', ''));
}

interface ProblemSchema {
  readonly allOf?: readonly {
    readonly properties: { readonly type: { readonly enum: readonly string[] } };
  }[];
}

/** The words of the status, and the problems that not every operation with this status has. */
function nameOf(status: string, slugs: readonly string[], always: readonly string[]): string {
  const rest = slugs.filter((slug) => !always.includes(slug));
  return [STATUS_CODES[status] ?? status, ...rest].map(toPascalCase).join('Or');
}

function toPascalCase(words: string): string {
  return words
    .split(/[^A-Za-z]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
