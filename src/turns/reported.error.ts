/** The most characters of an error of an orchestrator that the log has. */
const MAX_CHARACTERS = 2_000;

/** An orchestrator yielded an `error` chunk. Its text goes to the log and not to clients. */
export class ReportedError extends Error {
  readonly code = 'reported-error';
  override readonly name = 'ReportedError';

  constructor(errorText: unknown) {
    const text = typeof errorText === 'string' ? errorText : 'The chunk has no "errorText".';
    super(`The orchestrator yielded an error: ${text.slice(0, MAX_CHARACTERS)}`);
  }
}
