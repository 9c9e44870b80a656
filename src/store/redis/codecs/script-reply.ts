import {
  BranchesFullError,
  MessageNotFoundError,
  MessageSupersededError,
} from '../../../domain/branch.errors.js';
import { MAX_BRANCHES } from '../../../domain/branches.js';
import type { ConversationStatus } from '../../../domain/conversation.js';
import {
  ConversationClosedError,
  ConversationExistsError,
  ConversationFullError,
  ConversationNotFoundError,
  QuotaExceededError,
  TooManyConversationsError,
  VersionConflictError,
} from '../../../domain/conversation.errors.js';
import { ConversationDamagedError, StoreFaultError } from '../../store.errors.js';
import {
  TurnConflictError,
  TurnLostError,
  TurnNotFoundError,
} from '../../../domain/turn.errors.js';
import type { StoreLimits } from '../../../domain/store-limits.js';

/** A reply of a script: a word, and what belongs to it. */
export type ScriptReply = readonly [word: string, ...rest: unknown[]];

/** The fields of a conversation as a script returns them. */
export type Fields = readonly (string | number | null)[];

/** The result, which follows the word `OK`. Any other word becomes the port's error for it. */
export function expectOk<Result extends unknown[]>(
  id: string,
  reply: unknown,
  limits: StoreLimits,
): Result {
  const [word, ...rest] = reply as ScriptReply;
  switch (word) {
    case 'OK':
      return rest as Result;
    case 'NOT_FOUND':
      throw new ConversationNotFoundError();
    case 'EXISTS':
      throw new ConversationExistsError();
    case 'DAMAGED':
      throw new ConversationDamagedError(id, 'Its hash or its messages are missing, or some are.');
    case 'CLOSED':
      throw new ConversationClosedError(rest[0] as ConversationStatus);
    case 'CONFLICT':
      throw new VersionConflictError(Number(rest[0]));
    case 'FULL':
      throw new ConversationFullError(limits.maxMessagesPerConversation);
    case 'NO_MESSAGE':
      throw new MessageNotFoundError();
    case 'SUPERSEDED':
      throw new MessageSupersededError();
    case 'BRANCHES_FULL':
      throw new BranchesFullError(MAX_BRANCHES);
    case 'TOO_MANY':
      throw new TooManyConversationsError(limits.maxConversationsPerUser);
    case 'QUOTA':
      throw new QuotaExceededError(limits.ownerQuotaBytes ?? 0);
    case 'BUSY':
      throw new TurnConflictError(String(rest[0]));
    case 'LOST':
      throw new TurnLostError();
    case 'NO_TURN':
      throw new TurnNotFoundError();
    default:
      throw new StoreFaultError(`A script replied ${word}.`);
  }
}
