import type { ProblemSlug } from '../problems/problem-types.js';

/** The problems that every route about conversations may answer, whatever it takes. */
export const COMMON_PROBLEMS = [
  'bad-request',
  'unauthorized',
  'rate-limited',
  'internal-error',
  'store-unavailable',
  'keys-unavailable',
  'overloaded',
] as const satisfies readonly ProblemSlug[];
