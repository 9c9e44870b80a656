/** A mistake in one field of a request: `field` is its path, `messages.0.content` say. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Well-formed, and wrong in the fields that it names. */
export class InvalidRequestError extends Error {
  readonly code = 'invalid-request';

  constructor(readonly errors: readonly FieldError[]) {
    super('The request is not valid.');
  }
}

/** Refused before anything was done for it, since there is too much to do already. */
export class OverloadedError extends Error {
  readonly code = 'overloaded';
}

/** No JSON, or none that we take. */
export class MalformedBodyError extends Error {
  readonly code = 'malformed-body';
}
