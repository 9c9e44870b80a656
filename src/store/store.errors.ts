import { CodedError } from '../domain/coded-error.js';

/** The store cannot be reached, does not answer in time, or refuses work for now. */
export class StoreUnavailableError extends CodedError {
  readonly code = 'store-unavailable';
  /** A write whose answer was lost: only a retry under its idempotency key is safe. */
  readonly mayHaveBeenApplied: boolean;

  constructor(message: string, options: ErrorOptions & { mayHaveBeenApplied: boolean }) {
    super(message, options);
    this.mayHaveBeenApplied = options.mayHaveBeenApplied;
  }
}

/** The store answered something it never should: a defect of ours or of its data, not an outage. */
export class StoreFaultError extends CodedError {
  readonly code = 'store-fault';
}

/** Part of a conversation is missing or unreadable. It is left as it is, for somebody to look at. */
export class ConversationDamagedError extends CodedError {
  readonly code = 'conversation-damaged';

  constructor(
    readonly conversationId: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
