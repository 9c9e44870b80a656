/** The token names no user and tenant that can be used. */
export class UnusableTokenError extends Error {
  readonly code = 'unauthorized';
}

/** The token is fine and does not allow this. */
export class RoleRequiredError extends Error {
  readonly code = 'forbidden';
}

/** The identity provider's keys cannot be had now: nobody can tell a good token from a bad one. */
export class KeysUnavailableError extends Error {
  readonly code = 'keys-unavailable';
}
