import type { Problem } from './problem.js';

/** Makes the problem of one class of errors; undefined for an error of another class. */
export interface CatalogueRow {
  readonly problemFor: (error: unknown) => Problem | undefined;
}

type ErrorClass<E> = abstract new (...parameters: never[]) => E;

/** A row of the catalogue. The code of the error is the slug, unless `rest` gives another one. */
export function row<E extends Error & { readonly code: string }>(
  type: ErrorClass<E>,
  status: number,
  title: string,
  rest: (error: E) => Partial<Problem> = () => ({}),
): CatalogueRow {
  return {
    problemFor: (error) =>
      error instanceof type ? { slug: error.code, title, status, ...rest(error) } : undefined,
  };
}
