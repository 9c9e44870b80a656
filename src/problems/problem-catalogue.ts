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
import { row, rowAs, type CatalogueRow } from './catalogue-row.js';
import type { Problem } from './problem.js';
import { slugOf, titleOf } from './status-problems.js';
import { PROBLEM_TYPES } from './problem-types.js';

/** `Retry-After` is in seconds. */
const RETRY_SOON = { headers: { 'Retry-After': '1' } };
const UNCHANGED = 'Nothing was changed. Try again.';

function withMessage({ message }: Error): Pick<Problem, 'detail'> {
  return { detail: message };
}

/** Which problem each error is, and what else a client sees. An error's code is the slug of its problem. */
const CATALOGUE: readonly CatalogueRow[] = [
  // The request
  row(InvalidRequestError, ({ errors }) => ({ errors })),
  row(MalformedBodyError, ({ message }) => ({
    detail: message,
    errors: [{ field: 'body', message }],
  })),
  row(OverloadedError, ({ bound }) => ({
    detail: UNCHANGED,
    bound,
    mayHaveBeenApplied: false,
    headers: { ...RETRY_SOON.headers, 'Cache-Control': 'no-store' },
  })),
  row(RateLimitedError, ({ message, retryAfterSeconds }) => ({
    detail: message,
    headers: { 'Retry-After': String(retryAfterSeconds), 'Cache-Control': 'no-store' },
  })),

  // The token
  row(UnusableTokenError, () => ({ headers: { 'WWW-Authenticate': 'Bearer' } })),
  row(RoleRequiredError, withMessage),
  row(KeysUnavailableError, () => RETRY_SOON),

  // The conversation
  row(ConversationNotFoundError),
  row(ConversationExistsError),
  row(ConversationClosedError, withMessage),
  row(ConversationFullError, withMessage),
  row(TooManyConversationsError, withMessage),
  row(QuotaExceededError, withMessage),
  rowAs('invalid-request', MetadataFullError, ({ message }) => ({
    errors: [{ field: 'metadata', message }],
  })),
  row(VersionConflictError, ({ currentVersion }) => ({
    detail: 'If-Match names another version than the current one. ETag has the current version.',
    headers: { ETag: toEntityTag(currentVersion) },
  })),
  row(IdempotencyMismatchError, () => ({
    detail: 'Use a new Idempotency-Key for a new request.',
  })),

  // The branch
  row(MessageNotFoundError),
  row(MessageSupersededError, withMessage),
  row(BranchesFullError, withMessage),

  // The turn
  row(TurnNotFoundError),
  row(TurnConflictError, () => ({
    detail: 'Wait until that turn ends, or send "onConflict": "enqueue" or "interrupt".',
  })),
  row(TurnFailedError, () => ({ detail: 'There is no answer. The message is stored.' })),
  row(TurnLostError, () => ({
    detail:
      'The message is stored, unless the conversation was deleted. ' +
      'The reply may be stored, too. Read the conversation to see.',
  })),
  row(TurnsStoppedError, () => ({ detail: UNCHANGED, ...RETRY_SOON })),

  // The store
  row(ConversationDamagedError, () => ({
    detail:
      'Part of the conversation is missing from the store, or cannot be read. ' +
      'A change that you have sent may be stored. You can still delete the conversation.',
  })),
  row(StoreUnavailableError, ({ mayHaveBeenApplied }) => ({
    detail: mayHaveBeenApplied
      ? 'The change may have been applied. Send a POST again with the same Idempotency-Key.'
      : UNCHANGED,
    mayHaveBeenApplied,
    ...RETRY_SOON,
  })),
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
    return { slug: 'internal-error', title: PROBLEM_TYPES['internal-error'].title, status };
  }
  return { slug: slugOf(status), title: `${titleOf(status)}.`, status };
}
