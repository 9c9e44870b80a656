import type { FieldError } from '../http/request.errors.js';

/** The body of an error answer (RFC 9457), as `application/problem+json`. */
export interface ProblemBody {
  /** `/problems/<slug>` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** The path that was asked for. */
  readonly instance?: string;
  readonly errors?: readonly FieldError[];
  /** Of a 503: whether the change may be there all the same, for a client that is to decide. */
  readonly mayHaveBeenApplied?: boolean;
}

/** A problem before it is written: what the catalogue makes of an error. */
export interface Problem extends Omit<ProblemBody, 'type' | 'instance'> {
  readonly slug: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function toProblemBody(
  { slug, title, status, detail, errors, mayHaveBeenApplied }: Problem,
  instance?: string,
): ProblemBody {
  return {
    type: `/problems/${slug}`,
    title,
    status,
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    ...(errors !== undefined && { errors }),
    ...(mayHaveBeenApplied !== undefined && { mayHaveBeenApplied }),
  };
}
