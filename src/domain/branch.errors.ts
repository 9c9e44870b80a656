import { CodedError } from './coded-error.js';

/** The conversation has no message of this seq. Nothing was changed. */
export class MessageNotFoundError extends CodedError {
  readonly code = 'message-not-found';

  constructor() {
    super('The conversation has no such message.');
  }
}

/** Another message stands in place of this one already. Nothing was changed. */
export class MessageSupersededError extends CodedError {
  readonly code = 'message-superseded';

  constructor() {
    super('The message was continued before, with other results.');
  }
}

/** The conversation would have more branches than `limit`. Nothing was changed. */
export class BranchesFullError extends CodedError {
  readonly code = 'branches-full';

  constructor(readonly limit: number) {
    super(`A conversation has at most ${limit} branches.`);
  }
}
