import type { ConversationStatus } from '../domain/conversation.js';

/** What a {@link ConversationStore} rejects with, whatever it is built on. */
export abstract class StoreError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The store cannot be reached, does not answer in time, or refuses work for now. */
export class StoreUnavailableError extends StoreError {
  readonly code = 'store-unavailable';
  /** A write whose answer was lost: only a retry under its idempotency key is safe. */
  readonly mayHaveBeenApplied: boolean;

  constructor(message: string, options: ErrorOptions & { mayHaveBeenApplied: boolean }) {
    super(message, options);
    this.mayHaveBeenApplied = options.mayHaveBeenApplied;
  }
}

/** The store answered something it never should: a defect of ours or of its data, not an outage. */
export class StoreFaultError extends StoreError {
  readonly code = 'store-fault';
}

export class ConversationNotFoundError extends StoreError {
  readonly code = 'conversation-not-found';

  constructor() {
    super('No such conversation.');
  }
}

/** A create of an id that there is: nothing was changed. */
export class ConversationExistsError extends StoreError {
  readonly code = 'conversation-exists';

  constructor() {
    super('There is a conversation of this id.');
  }
}

export class VersionConflictError extends StoreError {
  readonly code = 'version-conflict';

  constructor(readonly currentVersion: number) {
    super(`The version is ${currentVersion} by now.`);
  }
}

export class ConversationClosedError extends StoreError {
  readonly code = 'conversation-closed';

  constructor(readonly status: ConversationStatus) {
    super(`The conversation is ${status} and takes no messages.`);
  }
}

export class ConversationFullError extends StoreError {
  readonly code = 'conversation-full';

  constructor(readonly limit: number) {
    super(`A conversation holds at most ${limit} messages.`);
  }
}

export class TooManyConversationsError extends StoreError {
  readonly code = 'too-many-conversations';

  constructor(readonly limit: number) {
    super(`A user has at most ${limit} conversations.`);
  }
}

export class MetadataFullError extends StoreError {
  readonly code = 'metadata-full';

  constructor(readonly limit: number) {
    super(`Metadata has at most ${limit} keys.`);
  }
}

export class StateTooLargeError extends StoreError {
  readonly code = 'state-too-large';

  constructor(readonly limit: number) {
    super(`A working state has at most ${limit} bytes.`);
  }
}

export class IdempotencyMismatchError extends StoreError {
  readonly code = 'idempotency-mismatch';

  constructor() {
    super('The idempotency key was used for another request.');
  }
}

/** Another turn has the conversation, or too many wait for it. */
export class TurnConflictError extends StoreError {
  readonly code = 'turn-conflict';

  constructor(readonly runningTurnId: string) {
    super('Another turn has the conversation.');
  }
}

/** The turn does not have the conversation any more: nothing was changed. */
export class TurnLostError extends StoreError {
  readonly code = 'turn-lost';

  constructor() {
    super('The turn does not have the conversation any more.');
  }
}

export class TurnNotFoundError extends StoreError {
  readonly code = 'turn-not-found';

  constructor() {
    super('No such turn.');
  }
}

/** Part of a conversation is missing or unreadable. It is left as it is, for somebody to look at. */
export class ConversationDamagedError extends StoreError {
  readonly code = 'conversation-damaged';

  constructor(
    readonly conversationId: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
