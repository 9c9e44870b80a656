/** A text was sealed, and is not what was sealed at its place: it was changed, or comes from elsewhere. */
export class SealBrokenError extends TypeError {
  constructor(options?: ErrorOptions) {
    super('A sealed text was changed, or comes from another place.', options);
  }
}

/** A text was sealed with a key that this process does not have. */
export class SealKeyMissingError extends TypeError {
  constructor(readonly keyId: string) {
    super(`A text was sealed with the key "${keyId}", which is not configured.`);
  }
}
