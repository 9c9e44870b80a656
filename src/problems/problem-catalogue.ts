import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import {
  KeysUnavailableError,
  RoleRequiredError,
  UnusableTokenError,
} from '../auth/auth.errors.js';
import { TurnFailedError, TurnsStoppedError } from '../domain/turn.errors.js';
import {
  InvalidRequestError,
  MalformedBodyError,
  OverloadedError,
} from '../http/request.errors.js';
import {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  IdempotencyMismatchError,
  MetadataFullError,
  TooManyConversationsError,
  VersionConflictError,
} from '../domain/conversation.errors.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store/store.errors.js';
import { TurnConflictError, TurnLostError, TurnNotFoundError } from '../domain/turn.errors.js';
import { toEntityTag } from '../http/entity-tag.js';
import type { Problem } from './problem.js';

/** Seconds after which it is worth trying again. */
const RETRY_AFTER = { 'Retry-After': '1' } as const;

const UNAUTHORIZED: Problem = {
  slug: 'unauthorized',
  title: 'A valid bearer token is required.',
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer' },
};

const INTERNAL: Problem = {
  slug: 'internal-error',
  title: 'Something went wrong on our side.',
  status: 500,
};

/** The problem for anything that was thrown. What is in no row here is an internal error. */
export function toProblem(error: unknown): Problem {
  switch (true) {
    case error instanceof InvalidRequestError:
      return {
        slug: 'invalid-request',
        title: 'The request is not valid.',
        status: 400,
        errors: error.errors,
      };
    case error instanceof MalformedBodyError:
      return {
        slug: 'malformed-body',
        title: 'The body cannot be accepted as JSON.',
        status: 400,
        detail: error.message,
        errors: [{ field: 'body', message: error.message }],
      };
    case error instanceof MetadataFullError:
      return toProblem(new InvalidRequestError([{ field: 'metadata', message: error.message }]));
    case error instanceof UnusableTokenError:
      return UNAUTHORIZED;
    case error instanceof RoleRequiredError:
      return {
        slug: 'forbidden',
        title: 'The token does not allow this.',
        status: 403,
        detail: error.message,
      };
    case error instanceof ConversationNotFoundError:
      return { slug: error.code, title: 'There is no such conversation.', status: 404 };
    case error instanceof ConversationClosedError:
      return {
        slug: error.code,
        title: 'The conversation takes no more messages.',
        status: 409,
        detail: error.message,
      };
    case error instanceof ConversationFullError:
      return {
        slug: error.code,
        title: 'The conversation is full.',
        status: 409,
        detail: error.message,
      };
    case error instanceof TooManyConversationsError:
      return {
        slug: error.code,
        title: 'There are too many conversations.',
        status: 409,
        detail: error.message,
      };
    case error instanceof VersionConflictError:
      return {
        slug: error.code,
        title: 'The conversation has changed.',
        status: 412,
        detail: 'If-Match names another version than the current one, which is in ETag.',
        headers: { ETag: toEntityTag(error.currentVersion) },
      };
    case error instanceof ConversationExistsError:
      return { slug: error.code, title: 'There is a conversation of this id.', status: 409 };
    case error instanceof IdempotencyMismatchError:
      return {
        slug: error.code,
        title: 'The idempotency key belongs to another request.',
        status: 422,
        detail: 'Use a new Idempotency-Key for a new request.',
      };
    case error instanceof ConversationDamagedError:
      return {
        slug: error.code,
        title: 'The conversation is damaged.',
        status: 500,
        detail: 'Part of it is missing from the store. It can still be deleted.',
      };
    case error instanceof TurnConflictError:
      return {
        slug: error.code,
        title: 'Another turn has the conversation.',
        status: 409,
        detail: 'Wait for its end, or send "onConflict": "enqueue" or "interrupt".',
      };
    case error instanceof TurnNotFoundError:
      return { slug: error.code, title: 'There is no such turn.', status: 404 };
    case error instanceof TurnFailedError:
      return {
        slug: error.code,
        title: 'The turn has failed.',
        status: 502,
        detail: 'Nothing was answered. The message is kept.',
      };
    case error instanceof TurnLostError:
      return {
        slug: error.code,
        title: 'The turn broke off.',
        status: 502,
        detail:
          'Its message is kept, unless the conversation was deleted; what it said may be. Read the conversation.',
      };
    case error instanceof TurnsStoppedError:
      return {
        slug: error.code,
        title: 'This process is on its way down.',
        status: 503,
        detail: 'Nothing was changed. Try again.',
        headers: RETRY_AFTER,
      };
    case error instanceof StoreUnavailableError:
      return {
        slug: error.code,
        title: 'Conversations are not available right now.',
        status: 503,
        detail: error.mayHaveBeenApplied
          ? 'The change may have been applied. A POST can be sent again with the same Idempotency-Key.'
          : 'Nothing was changed. Try again.',
        mayHaveBeenApplied: error.mayHaveBeenApplied,
        headers: RETRY_AFTER,
      };
    case error instanceof KeysUnavailableError:
      return {
        slug: error.code,
        title: 'Tokens cannot be checked right now.',
        status: 503,
        headers: RETRY_AFTER,
      };
    case error instanceof OverloadedError:
      return {
        slug: error.code,
        title: 'There is too much to do right now.',
        status: 503,
        detail: 'Nothing was changed. Try again.',
        mayHaveBeenApplied: false,
        headers: RETRY_AFTER,
      };
    case error instanceof HttpException:
      return toHttpProblem(error.getStatus());
    default:
      return INTERNAL;
  }
}

/** What the framework refuses, by its status alone: its own texts may repeat what was sent. */
function toHttpProblem(status: number): Problem {
  if (status === 401) return UNAUTHORIZED;
  if (status >= 500) return { ...INTERNAL, status };
  const title = STATUS_CODES[status] ?? 'Bad Request';
  return { slug: title.toLowerCase().replaceAll(/[^a-z]+/g, '-'), title: `${title}.`, status };
}
