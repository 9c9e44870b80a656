import { CodedError } from './coded-error.js';

/** Another turn has the conversation, or too many wait for it. */
export class TurnConflictError extends CodedError {
  readonly code = 'turn-conflict';

  constructor(readonly runningTurnId: string) {
    super('Another turn has the conversation.');
  }
}

/** The turn does not have the conversation any more: nothing was changed. */
export class TurnLostError extends CodedError {
  readonly code = 'turn-lost';

  constructor() {
    super('The turn does not have the conversation any more.');
  }
}

/** The conversation has no such turn, or retains it no more. */
export class TurnNotFoundError extends CodedError {
  readonly code = 'turn-not-found';

  constructor() {
    super('No such turn.');
  }
}

/** A turn that ended without an answer: what the orchestrator did is in the log. */
export class TurnFailedError extends CodedError {
  readonly code = 'turn-failed';

  constructor() {
    super('The turn has failed.');
  }
}

/** This process is on its way down: it begins no turn and lets nobody wait for one. */
export class TurnsStoppedError extends CodedError {
  readonly code = 'turns-stopped';

  constructor() {
    super('This process runs no more turns.');
  }
}
