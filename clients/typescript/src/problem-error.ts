import type { FieldError, ProblemBody } from './model.js';

/** What is known about a failure beside the body of its response. */
export interface ProblemContext {
  /** Seconds, from the header `Retry-After`. */
  readonly retryAfter?: number | undefined;
  /** The `X-Request-Id` of the response. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** The slug when there was no answer at all: the network failed, or the connection broke. */
export const UNREACHABLE = 'unreachable';

/** The slug of an answer that is not the service's, such as the error page of a proxy. */
export const UNKNOWN_ANSWER = 'unknown-answer';

/** The slug when the function that gives the token has failed: its error is the `cause`. */
export const NO_TOKEN = 'no-token';

/**
 * What the service has against a request. Every method of the client that fails throws one, except when its signal aborts:
 * then it throws the reason of the signal.
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** The last segment of `type`, such as `turn-conflict`; {@link UNREACHABLE}, {@link UNKNOWN_ANSWER} or {@link NO_TOKEN}. */
  readonly slug: string;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  /** A sentence for people. */
  readonly title: string;
  readonly detail: string | undefined;
  /** The fields that are wrong; empty when it is not about fields. */
  readonly errors: readonly FieldError[];
  /** Whether the change may have been stored although there is no answer of success. */
  readonly mayHaveBeenApplied: boolean;
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(body: ProblemBody, { retryAfter, requestId, cause }: ProblemContext = {}) {
    super(
      body.detail === undefined ? body.title : `${body.title} ${body.detail}`,
      cause === undefined ? {} : { cause },
    );
    this.slug = body.type.slice(body.type.lastIndexOf('/') + 1);
    this.status = body.status;
    this.title = body.title;
    this.detail = body.detail;
    this.errors = body.errors ?? [];
    this.mayHaveBeenApplied = body.mayHaveBeenApplied ?? false;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
  }

  /** The service has refused the request, and nothing of it is stored. */
  get isRefusal(): boolean {
    const isRefused = this.status === 503 || (this.status >= 400 && this.status < 500);
    return isRefused && !this.mayHaveBeenApplied;
  }
}

/** The problem that an error is or has as its cause, as the errors of a chat have; undefined for another error. */
export function problemOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  return error instanceof Error && error.cause instanceof ProblemError ? error.cause : undefined;
}

/** Whether a value has what every problem has. */
export function isProblemBody(value: unknown): value is ProblemBody {
  if (typeof value !== 'object' || value === null) return false;
  const { type, title, status } = value as Partial<Record<keyof ProblemBody, unknown>>;
  return typeof type === 'string' && typeof title === 'string' && typeof status === 'number';
}
