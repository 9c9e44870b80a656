/** An orchestrator yielded what is no output, or more than there is room for. */
export class InvalidOutputError extends Error {
  readonly code = 'invalid-output';
  override readonly name = 'InvalidOutputError';
}
