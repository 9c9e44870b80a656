import type { Bound } from './bounds.js';
import type { FieldError } from '../validation/field-errors.js';

/** The request can be read, but the fields that `errors` names are wrong. */
export class InvalidRequestError extends Error {
  readonly code = 'invalid-request';

  constructor(readonly errors: readonly FieldError[]) {
    super('The request is not valid.');
  }
}

/** The service refused the request before it began to process it: the request would exceed a bound. */
export class OverloadedError extends Error {
  readonly code = 'overloaded';

  constructor(readonly bound: Bound) {
    super(`The bound "${bound}" is reached.`);
  }
}

/** The caller has sent too many requests. The service refused this one before it began to process it. */
export class RateLimitedError extends Error {
  readonly code = 'rate-limited';

  /** @param retryAfterSeconds until a request may pass again: 1 or more */
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

/** The body is not JSON, or it is JSON that the service does not accept. */
export class MalformedBodyError extends Error {
  readonly code = 'malformed-body';
}
