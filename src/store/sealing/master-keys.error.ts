/** The master keys cannot be used. The message shows nothing of a key: it names each by its place. */
export class MasterKeysError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(`The master keys cannot be used: ${mistakes.join('; ')}.`);
    this.name = 'MasterKeysError';
  }
}
