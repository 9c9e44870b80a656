/** An orchestrator yielded something that is not an output, or more than a turn may have. */
export class InvalidOutputError extends Error {
  readonly code = 'invalid-output';
  override readonly name = 'InvalidOutputError';
}
