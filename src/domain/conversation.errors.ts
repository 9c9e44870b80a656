import { CodedError } from './coded-error.js';
import type { ConversationStatus } from './conversation.js';

/** The owner has no such conversation: it never existed, is deleted or expired, or is somebody else's. */
export class ConversationNotFoundError extends CodedError {
  readonly code = 'conversation-not-found';

  constructor() {
    super('No such conversation.');
  }
}

/** A create of an id that is in use: nothing was changed. */
export class ConversationExistsError extends CodedError {
  readonly code = 'conversation-exists';

  constructor() {
    super('There is a conversation of this id.');
  }
}

/** The version is not the expected one. Nothing was changed. */
export class VersionConflictError extends CodedError {
  readonly code = 'version-conflict';

  constructor(readonly currentVersion: number) {
    super(`The version is ${currentVersion} by now.`);
  }
}

/** The conversation is `completed` or `archived`. Nothing was changed. */
export class ConversationClosedError extends CodedError {
  readonly code = 'conversation-closed';

  constructor(readonly status: ConversationStatus) {
    super(`The conversation is ${status} and takes no messages.`);
  }
}

/** The conversation would have more messages than `limit`. Nothing was changed. */
export class ConversationFullError extends CodedError {
  readonly code = 'conversation-full';

  constructor(readonly limit: number) {
    super(`A conversation holds at most ${limit} messages.`);
  }
}

/** The owner already has `limit` conversations. Nothing was changed. */
export class TooManyConversationsError extends CodedError {
  readonly code = 'too-many-conversations';

  constructor(readonly limit: number) {
    super(`A user has at most ${limit} conversations.`);
  }
}

/** What the owner stores would have more bytes than `limit`. Nothing was changed. */
export class QuotaExceededError extends CodedError {
  readonly code = 'quota-exceeded';

  constructor(readonly limit: number) {
    super(`A user stores at most ${limit} bytes.`);
  }
}

/** The metadata would have more keys than `limit`. Nothing was changed. */
export class MetadataFullError extends CodedError {
  readonly code = 'metadata-full';

  constructor(readonly limit: number) {
    super(`Metadata has at most ${limit} keys.`);
  }
}

/** The working state is larger than `limit` bytes. Nothing was changed. */
export class StateTooLargeError extends CodedError {
  readonly code = 'state-too-large';

  constructor(readonly limit: number) {
    super(`A working state has at most ${limit} bytes.`);
  }
}

/** The idempotency key belongs to a request with other contents. Nothing was changed. */
export class IdempotencyMismatchError extends CodedError {
  readonly code = 'idempotency-mismatch';

  constructor() {
    super('The idempotency key was used for another request.');
  }
}
