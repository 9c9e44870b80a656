import {
  isProblemBody,
  NO_TOKEN,
  ProblemError,
  UNKNOWN_ANSWER,
  UNREACHABLE,
} from '../problem-error.js';

/** The problem that a response without success is. Reads its body. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const context = {
    retryAfter: secondsUntil(response.headers.get('retry-after')),
    requestId: response.headers.get('x-request-id') ?? undefined,
  };
  const body = parse(await response.text().catch(() => ''));
  if (isProblemBody(body)) return new ProblemError(body, context);
  const { status } = response;
  return new ProblemError(
    { type: UNKNOWN_ANSWER, title: `The answer was ${status}.`, status },
    context,
  );
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
