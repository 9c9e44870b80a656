import {
  isProblemBody,
  NO_TOKEN,
  ProblemError,
  UNKNOWN_ANSWER,
  UNREACHABLE,
} from '../problem-error.js';

/**
 * The problem that a response without success is. Reads its body.
 * @param isChange whether the request may change something
 */
export async function readProblem(response: Response, isChange: boolean): Promise<ProblemError> {
  const context = {
    retryAfter: secondsUntil(response.headers.get('retry-after')),
    requestId: response.headers.get('x-request-id') ?? undefined,
  };
  const body = parse(await response.text().catch(() => ''));
  if (isProblemBody(body)) return new ProblemError(body, context);
  const { status } = response;
  // A proxy that fails does not know what the service has done.
  const mayHaveBeenApplied = isChange && status >= 500;
  return new ProblemError(
    { type: UNKNOWN_ANSWER, title: `The answer was ${status}.`, status, mayHaveBeenApplied },
    context,
  );
}

/** The same problem, of a request that an attempt before may have applied. */
export function afterDoubt(problem: ProblemError): ProblemError {
  if (problem.mayHaveBeenApplied) return problem;
  const { slug: type, title, status, detail, errors } = problem;
  const told = detail === undefined ? { title } : { title, detail };
  return new ProblemError({ type, status, errors, mayHaveBeenApplied: true, ...told }, problem);
}

/** The problem that there is no answer, or none to its end. */
export function unreachable(cause: unknown, mayHaveBeenApplied: boolean): ProblemError {
  return new ProblemError(
    { type: UNREACHABLE, title: 'The service cannot be reached.', status: 0, mayHaveBeenApplied },
    { cause },
  );
}

/** The problem that the request was not sent, since the function that gives the token has failed. */
export function noToken(cause: unknown): ProblemError {
  return new ProblemError({ type: NO_TOKEN, title: 'There is no token.', status: 0 }, { cause });
}

/** `Retry-After` is a number of seconds or a date. */
function secondsUntil(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - Date.now()) / 1000));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
