/** A turn that ended without an answer: what the orchestrator did is in the log. */
export class TurnFailedError extends Error {
  readonly code = 'turn-failed';
  override readonly name = 'TurnFailedError';

  constructor() {
    super('The turn has failed.');
  }
}

/** This process is on its way down: it begins no turn and lets nobody wait for one. */
export class TurnsStoppedError extends Error {
  readonly code = 'turns-stopped';
  override readonly name = 'TurnsStoppedError';

  constructor() {
    super('This process runs no more turns.');
  }
}
