import { STATUS_CODES } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_TYPES } from '../../problems/problem-types.js';
import { COMMON_PROBLEMS } from '../common-problems.js';
import type { Operation } from './operation.js';

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
    const alike = problems.filter((other) => isSame(other.slugs, slugs));
    if (alike.length < 2) continue;
    const name = nameOf(status, slugs);
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

/**
 * All problems; where all that are common are among them, the words of the status stand for those. Generated clients have
 * the name: it depends on nothing but the problems, so that a new route renames no answer of another one.
 */
function nameOf(status: string, slugs: readonly string[]): string {
  const common = COMMON_PROBLEMS.filter((slug) => PROBLEM_TYPES[slug].status === Number(status));
  const hasCommon = common.length > 0 && common.every((slug) => slugs.includes(slug));
  const words = hasCommon
    ? [STATUS_CODES[status] ?? status, ...slugs.filter((slug) => !isAmong(common, slug))]
    : slugs;
  return words.map(toPascalCase).join('Or');
}

function isAmong(some: readonly string[], slug: string): boolean {
  return some.includes(slug);
}

function toPascalCase(words: string): string {
  return words
    .split(/[^A-Za-z]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
