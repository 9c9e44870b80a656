import { CodedError } from './coded-error.js';

/** Another turn holds the conversation, or its queue is full. */
export class TurnConflictError extends CodedError {
  readonly code = 'turn-conflict';

  constructor(readonly runningTurnId: string) {
    super('Another turn holds the conversation.');
  }
}

/** The turn does not hold the conversation any more: nothing was changed. */
export class TurnLostError extends CodedError {
  readonly code = 'turn-lost';

  constructor() {
    super('The turn does not hold the conversation any more.');
  }
}

/** The conversation has no such turn, or retains it no more. */
export class TurnNotFoundError extends CodedError {
  readonly code = 'turn-not-found';

  constructor() {
    super('No such turn.');
  }
}

/** A turn ended without an answer. The log says what the orchestrator did. */
export class TurnFailedError extends CodedError {
  readonly code = 'turn-failed';

  constructor() {
    super('The turn has failed.');
  }
}

/** This process is shutting down: it begins and queues no turn. */
export class TurnsStoppedError extends CodedError {
  readonly code = 'turns-stopped';

  constructor() {
    super('This process runs no more turns.');
  }
}
