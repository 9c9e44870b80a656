import { STATUS_CODES } from 'node:http';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEM_TYPES, type ProblemSlug } from './problem-types.js';
import { ProblemView } from './problem.view.js';

/** The headers that an answer with this status has besides those of every answer. */
const HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  412: ['ETag'],
  429: ['Retry-After'],
  // Only turns have it. The client can follow the turn that has failed.
  502: ['Location', 'Idempotency-Replayed'],
  503: ['Retry-After'],
};

const SLUGS = Symbol('slugs');

/**
 * Describes the problems that a route, or every route of a controller, may answer. Several of these decorators add up, on
 * a method and on its class.
 */
export function Problems(...slugs: ProblemSlug[]): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor) add(target, key, descriptor, slugs);
    else addToRoutes(target as new () => object, slugs);
  };
}

/** The decorators of methods have run when that of their class runs. */
function addToRoutes({ prototype }: { readonly prototype: object }, slugs: ProblemSlug[]): void {
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const value: unknown = descriptor.value;
    if (typeof value === 'function' && Reflect.hasMetadata(METHOD_METADATA, value))
      add(prototype, key, descriptor, slugs);
  }
}

function add(
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor,
  slugs: readonly ProblemSlug[],
): void {
  const handler = descriptor.value as object;
  const known = (Reflect.getMetadata(SLUGS, handler) ?? []) as readonly ProblemSlug[];
  const all = [...new Set([...known, ...slugs])];
  Reflect.defineMetadata(SLUGS, all, handler);
  ApiExtraModels(ProblemView)(target, key, descriptor);
  const knownStatuses = new Set(known.map(statusOf));
  for (const status of new Set(slugs.map(statusOf))) {
    const ofStatus = all.filter((slug) => statusOf(slug) === status);
    ApiResponse({
      status,
      // Nest joins the descriptions of several responses with one status.
      description: knownStatuses.has(status) ? '' : (STATUS_CODES[status] ?? ''),
      content: { 'application/problem+json': { schema: schemaOf(ofStatus) } },
      headers: Object.fromEntries(
        (HEADERS[status] ?? []).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
      ),
    })(target, key, descriptor);
  }
}

function statusOf(slug: ProblemSlug): number {
  return PROBLEM_TYPES[slug].status;
}

function schemaOf(slugs: readonly ProblemSlug[]): object {
  const types = slugs.map((slug) => `/problems/${slug}`).sort();
  return {
    allOf: [
      { $ref: getSchemaPath(ProblemView) },
      { type: 'object', required: ['type'], properties: { type: { type: 'string', enum: types } } },
    ],
  };
}
