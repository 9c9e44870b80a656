import { SERVICE_ROLE } from '../../auth/caller.js';

interface Problem {
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly errors?: readonly { readonly field?: unknown; readonly message?: unknown }[];
}

/** The service refused a request, and would refuse it again. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    problem: unknown,
  ) {
    super(`${status} ${describe(problem)}`.trimEnd());
  }

  /** Adds where the batch starts in the dialogue: the indices in the problem count from there. */
  at(start: number): this {
    if (start > 0)
      this.message = `in the batch that starts with message ${start + 1}: ${this.message}`;
    return this;
  }
}

/** The import ends, because the next lines cannot succeed either. */
export class ImportStoppedError extends Error {}

/** @throws ImportStoppedError when the token is not sufficient, otherwise RefusedError */
export function refuse(status: number, problem: unknown): never {
  const refusal = new RefusedError(status, problem);
  if (status === 401) {
    throw new ImportStoppedError(
      `${refusal.message} The token is for another service, or it has expired.`,
    );
  }
  if (status === 403) {
    throw new ImportStoppedError(
      `${refusal.message} Messages of other roles than user need a token with the role ${SERVICE_ROLE}.`,
    );
  }
  throw refusal;
}

function describe(problem: unknown): string {
  if (typeof problem !== 'object' || problem === null) return '';
  const { title, detail, errors } = problem as Problem;
  const fields = Array.isArray(errors)
    ? errors.map(({ field, message }) => `${String(field)}: ${String(message)}`)
    : [];
  return [title, detail, fields.length > 0 ? `(${fields.join('; ')})` : undefined]
    .filter((text): text is string => typeof text === 'string')
    .join(' ');
}
