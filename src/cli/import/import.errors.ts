import { SERVICE_ROLE } from '../../auth/caller.js';

interface Problem {
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly errors?: readonly { readonly field?: unknown; readonly message?: unknown }[];
}

/** The service has refused a request, and would refuse it again. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    problem: unknown,
  ) {
    super(`${status} ${describe(problem)}`.trimEnd());
  }

  /** The same where the indices in the problem count from a message further on. */
  at(start: number): this {
    if (start > 0) this.message = `in the messages from ${start + 1} on: ${this.message}`;
    return this;
  }
}

/** Nothing that follows can succeed either, so that the import ends here. */
export class ImportStoppedError extends Error {}

/** @throws ImportStoppedError for a token that will not do, else RefusedError */
export function refuse(status: number, problem: unknown): never {
  const refusal = new RefusedError(status, problem);
  if (status === 401) {
    throw new ImportStoppedError(
      `${refusal.message} The token is none of this service, or has expired.`,
    );
  }
  if (status === 403) {
    throw new ImportStoppedError(
      `${refusal.message} A file with messages of the assistant needs a token with the role ${SERVICE_ROLE}.`,
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
