import { PROBLEM_TYPES, type ProblemSlug } from './problem-types.js';
import type { Problem } from './problem.js';

/** Makes the problem of one class of errors; undefined for an error of another class. */
export interface CatalogueRow {
  readonly problemFor: (error: unknown) => Problem | undefined;
}

type ErrorClass<E> = abstract new (...parameters: never[]) => E;

type Details = Omit<Partial<Problem>, 'slug' | 'title' | 'status'>;

type Rest<E> = (error: E) => Details;

/** A row of the catalogue. The code of the error is the slug of the problem. */
export function row<E extends Error & { readonly code: ProblemSlug }>(
  type: ErrorClass<E>,
  rest: Rest<E> = () => ({}),
): CatalogueRow {
  return {
    problemFor: (error) => (error instanceof type ? toTyped(error.code, rest(error)) : undefined),
  };
}

/** A row of an error that is a problem of another name than its code. */
export function rowAs<E extends Error>(
  slug: ProblemSlug,
  type: ErrorClass<E>,
  rest: Rest<E>,
): CatalogueRow {
  return {
    problemFor: (error) => (error instanceof type ? toTyped(slug, rest(error)) : undefined),
  };
}

function toTyped(slug: ProblemSlug, rest: Details): Problem {
  const { title, status } = PROBLEM_TYPES[slug];
  return { slug, title, status, ...rest };
}
