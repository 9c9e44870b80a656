import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import {
  KeysUnavailableError,
  RoleRequiredError,
  UnusableTokenError,
} from '../auth/auth.errors.js';
import {
  BranchesFullError,
  MessageNotFoundError,
  MessageSupersededError,
} from '../domain/branch.errors.js';
import {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  IdempotencyMismatchError,
  MetadataFullError,
  QuotaExceededError,
  TooManyConversationsError,
  VersionConflictError,
} from '../domain/conversation.errors.js';
import {
  TurnConflictError,
  TurnFailedError,
  TurnLostError,
  TurnNotFoundError,
  TurnsStoppedError,
} from '../domain/turn.errors.js';
import { toEntityTag } from '../http/entity-tag.js';
import {
  InvalidRequestError,
  MalformedBodyError,
  OverloadedError,
  RateLimitedError,
} from '../http/request.errors.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store/store.errors.js';
import { row, type CatalogueRow } from './catalogue-row.js';
import type { Problem } from './problem.js';

/** `Retry-After` is in seconds. */
const RETRY_SOON = { headers: { 'Retry-After': '1' } };
const UNCHANGED = 'Nothing was changed. Try again.';

function withMessage({ message }: Error): Pick<Problem, 'detail'> {
  return { detail: message };
}

/** Every problem of the service: the error, the status, the title, and what else a client sees. */
const CATALOGUE: readonly CatalogueRow[] = [
  // The request
  row(InvalidRequestError, 400, 'The request is not valid.', ({ errors }) => ({ errors })),
  row(MalformedBodyError, 400, 'The body cannot be accepted as JSON.', ({ message }) => ({
    detail: message,
    errors: [{ field: 'body', message }],
  })),
  row(OverloadedError, 503, 'The service has too much to do right now.', ({ bound }) => ({
    detail: UNCHANGED,
    bound,
    mayHaveBeenApplied: false,
    headers: { ...RETRY_SOON.headers, 'Cache-Control': 'no-store' },
  })),
  row(RateLimitedError, 429, 'There are too many requests.', ({ message, retryAfterSeconds }) => ({
    detail: message,
    headers: { 'Retry-After': String(retryAfterSeconds), 'Cache-Control': 'no-store' },
  })),

  // The token
  row(UnusableTokenError, 401, 'A valid bearer token is required.', () => ({
    headers: { 'WWW-Authenticate': 'Bearer' },
  })),
  row(RoleRequiredError, 403, 'The token does not allow this.', withMessage),
  row(KeysUnavailableError, 503, 'Tokens cannot be checked right now.', () => RETRY_SOON),

  // The conversation
  row(ConversationNotFoundError, 404, 'There is no such conversation.'),
  row(ConversationExistsError, 409, 'A conversation with this id exists already.'),
  row(ConversationClosedError, 409, 'The conversation takes no more messages.', withMessage),
  row(ConversationFullError, 409, 'The conversation is full.', withMessage),
  row(TooManyConversationsError, 409, 'There are too many conversations.', withMessage),
  row(QuotaExceededError, 409, 'The quota of the user is used up.', withMessage),
  row(MetadataFullError, 400, 'The request is not valid.', ({ message }) => ({
    slug: 'invalid-request',
    errors: [{ field: 'metadata', message }],
  })),
  row(VersionConflictError, 412, 'The conversation has changed.', ({ currentVersion }) => ({
    detail: 'If-Match names another version than the current one. ETag has the current version.',
    headers: { ETag: toEntityTag(currentVersion) },
  })),
  row(IdempotencyMismatchError, 422, 'The idempotency key belongs to another request.', () => ({
    detail: 'Use a new Idempotency-Key for a new request.',
  })),

  // The branch
  row(MessageNotFoundError, 404, 'There is no such message.'),
  row(MessageSupersededError, 409, 'The message was continued before.', withMessage),
  row(BranchesFullError, 409, 'The conversation has too many branches.', withMessage),

  // The turn
  row(TurnNotFoundError, 404, 'There is no such turn.'),
  row(TurnConflictError, 409, 'Another turn is running in the conversation.', () => ({
    detail: 'Wait until that turn ends, or send "onConflict": "enqueue" or "interrupt".',
  })),
  row(TurnFailedError, 502, 'The turn has failed.', () => ({
    detail: 'There is no answer. The message is stored.',
  })),
  row(TurnLostError, 502, 'The turn broke off.', () => ({
    detail:
      'The message is stored, unless the conversation was deleted. ' +
      'The reply may be stored, too. Read the conversation to see.',
  })),
  row(TurnsStoppedError, 503, 'This process is stopping.', () => ({
    detail: UNCHANGED,
    ...RETRY_SOON,
  })),

  // The store
  row(ConversationDamagedError, 500, 'The conversation is damaged.', () => ({
    detail:
      'Part of the conversation is missing from the store, or cannot be read. ' +
      'A change that you have sent may be stored. You can still delete the conversation.',
  })),
  row(
    StoreUnavailableError,
    503,
    'Conversations are not available right now.',
    ({ mayHaveBeenApplied }) => ({
      detail: mayHaveBeenApplied
        ? 'The change may have been applied. Send a POST again with the same Idempotency-Key.'
        : UNCHANGED,
      mayHaveBeenApplied,
      ...RETRY_SOON,
    }),
  ),
];

/** The problem for anything that was thrown. An error without a row is an internal error. */
export function toProblem(error: unknown): Problem {
  for (const { problemFor } of CATALOGUE) {
    const problem = problemFor(error);
    if (problem) return problem;
  }
  return toHttpProblem(error instanceof HttpException ? error.getStatus() : 500);
}

/** Describes an error of the framework by its status alone: its text may repeat what was sent. */
function toHttpProblem(status: number): Problem {
  if (status === 401) return toProblem(new UnusableTokenError('The framework refused the token.'));
  if (status >= 500) {
    return { slug: 'internal-error', title: 'Something went wrong on our side.', status };
  }
  const title = STATUS_CODES[status] ?? 'Bad Request';
  return { slug: title.toLowerCase().replaceAll(/[^a-z]+/g, '-'), title: `${title}.`, status };
}
