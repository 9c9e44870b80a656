import { CodedError } from '../../domain/coded-error.js';

/** A text was sealed, and is not what was sealed at its place: it was changed, or comes from elsewhere. */
export class SealBrokenError extends CodedError {
  readonly code = 'seal-broken';

  constructor(options?: ErrorOptions) {
    super('A sealed text was changed, or comes from another place.', options);
  }
}

/** A text was sealed with a key that this process does not have. */
export class SealKeyMissingError extends CodedError {
  readonly code = 'seal-key-missing';

  constructor(readonly keyId: string) {
    super(`A text was sealed with the key "${keyId}", which is not configured.`);
  }
}
