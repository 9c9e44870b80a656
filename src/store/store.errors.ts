import { CodedError } from '../domain/coded-error.js';

/** The store cannot be reached, does not answer in time, or refuses work for now. */
export class StoreUnavailableError extends CodedError {
  readonly code = 'store-unavailable';
  /** Whether the answer to a write was lost: only a retry under its idempotency key is safe then. */
  readonly mayHaveBeenApplied: boolean;

  constructor(message: string, options: ErrorOptions & { mayHaveBeenApplied: boolean }) {
    super(message, options);
    this.mayHaveBeenApplied = options.mayHaveBeenApplied;
  }
}

/**
 * The error of a step that changes nothing, after a step that wrote: an outage then leaves open
 * whether the whole was done.
 */
export function afterWrite(error: unknown): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  return new StoreUnavailableError(error.message, { cause: error, mayHaveBeenApplied: true });
}

/** The store gave an answer that it never should: a defect of the code or of the data, and no outage. */
export class StoreFaultError extends CodedError {
  readonly code = 'store-fault';
}

/** Part of a conversation is missing or unreadable. Nothing changes it, so that an operator can inspect it. */
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
