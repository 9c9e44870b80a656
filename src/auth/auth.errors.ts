import { CodedError } from '../domain/coded-error.js';

/** The token names no user and tenant that the service can use. */
export class UnusableTokenError extends CodedError {
  readonly code = 'unauthorized';
}

/** The token is valid, but the caller's roles do not allow this request. */
export class RoleRequiredError extends CodedError {
  readonly code = 'forbidden';
}

/** The service has no keys of the identity provider now, so it can verify no token. */
export class KeysUnavailableError extends CodedError {
  readonly code = 'keys-unavailable';
}
