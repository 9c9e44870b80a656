import { accessAt, isAccessDue, type Access } from './access.js';
import { assertHasMessage, placeMessages, type MessageTree, type Placement } from './branches.js';
import { applyPatch } from './conversation-patch.js';
import type {
  BranchedConversation,
  Conversation,
  ConversationPatch,
  ConversationStatus,
  NewConversation,
  NewFork,
} from './conversation.js';
import { assertActive, assertRoom, assertVersion } from './conversation-checks.js';
import { ConversationExistsError, TooManyConversationsError } from './conversation.errors.js';
import type { Owner } from './owner.js';
import type { StoreLimits } from './store-limits.js';

/*
 * What each mutation of a conversation means. Every function takes the conversation before the mutation
 * and returns the one after it, or throws the error that refuses it. A driver loads, calls and writes.
 * Messages that are added with a mutation have the `updatedAt` of the conversation after it as their
 * `createdAt`; their first seq follows the `messageCount` of the conversation before it.
 */

/**
 * A new conversation with its first messages.
 * @param existing the owner's conversations that have not expired, and whether one of them has the id
 * @throws ConversationExistsError, TooManyConversationsError, ConversationFullError
 */
export function createConversation(
  owner: Owner,
  { id, externalId, title, metadata, messages }: NewConversation,
  existing: { readonly hasId: boolean; readonly count: number },
  now: number,
  limits: StoreLimits,
): BranchedConversation {
  const { maxConversationsPerUser } = limits;
  if (existing.hasId) throw new ConversationExistsError();
  if (existing.count >= maxConversationsPerUser) {
    throw new TooManyConversationsError(maxConversationsPerUser);
  }
  assertRoom(messages.length, limits);
  return {
    id,
    tenantId: owner.tenantId,
    userId: owner.userId,
    ...(externalId !== undefined && { externalId }),
    ...(title !== undefined && { title }),
    status: 'active',
    metadata: { ...metadata },
    messageCount: messages.length,
    leafSeq: messages.length,
    branches: '',
    version: 1,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    ...accessAt(now, limits.ttlMs),
  };
}

/**
 * A new conversation with a copy of `count` messages of another one.
 * @throws ConversationExistsError, TooManyConversationsError, ConversationFullError
 */
export function forkConversation(
  source: Conversation,
  { id, forkedFrom }: NewFork,
  count: number,
  existing: { readonly hasId: boolean; readonly count: number },
  now: number,
  limits: StoreLimits,
): BranchedConversation {
  const { tenantId, userId, title, metadata } = source;
  const draft = { id, ...(title !== undefined && { title }), metadata, messages: [] };
  const created = createConversation({ tenantId, userId }, draft, existing, now, limits);
  assertRoom(count, limits);
  return { ...created, forkedFrom, messageCount: count, leafSeq: count };
}

/**
 * A client's append.
 * @throws ConversationClosedError, ConversationFullError, MessageNotFoundError, MessageSupersededError,
 *   BranchesFullError
 */
export function appendMessages(
  conversation: BranchedConversation,
  placement: Placement,
  now: number,
  limits: StoreLimits,
): BranchedConversation {
  assertActive(conversation);
  assertRoom(conversation.messageCount + placement.count, limits);
  return addMessages(conversation, placeMessages(conversation, placement), now, limits);
}

/**
 * The conversation with the `tree` that it has after messages were added, 0 or more, and maybe with another status. A
 * closed conversation takes them too: it may have been closed while a turn was running.
 */
export function addMessages(
  conversation: BranchedConversation,
  tree: MessageTree,
  now: number,
  limits: StoreLimits,
  status: ConversationStatus = conversation.status,
): BranchedConversation {
  const { externalId, title, forkedFrom } = conversation;
  const access: Access = isAccessDue(conversation, now, limits.ttlMs)
    ? accessAt(now, limits.ttlMs)
    : conversation;
  // Every append comes here. Node 20 would give each object that begins with a spread a hidden class
  // of its own, so the fields are named.
  return {
    id: conversation.id,
    tenantId: conversation.tenantId,
    userId: conversation.userId,
    ...(externalId !== undefined && { externalId }),
    ...(title !== undefined && { title }),
    ...(forkedFrom && { forkedFrom }),
    status,
    metadata: conversation.metadata,
    messageCount: tree.messageCount,
    leafSeq: tree.leafSeq,
    branches: tree.branches,
    version: conversation.version + 1,
    createdAt: conversation.createdAt,
    updatedAt: updatedAt(conversation, now),
    lastAccessedAt: access.lastAccessedAt,
    expiresAt: access.expiresAt,
  };
}

/**
 * A merge patch. It counts as an access, also when no access is due.
 * @throws VersionConflictError, MetadataFullError, MessageNotFoundError
 */
export function updateConversation(
  conversation: BranchedConversation,
  patch: ConversationPatch,
  expectedVersion: number | undefined,
  now: number,
  ttlMs: number | null,
): BranchedConversation {
  assertVersion(conversation.version, expectedVersion);
  if (patch.leafSeq !== undefined) assertHasMessage(conversation, patch.leafSeq);
  return {
    ...applyPatch(conversation, patch),
    ...accessAt(now, ttlMs),
    // To look at another branch is no news: the conversation stays where it is in lists.
    updatedAt: isSwitch(patch) ? conversation.updatedAt : updatedAt(conversation, now),
    version: conversation.version + 1,
  };
}

/** An access, which changes neither the version nor `updatedAt`. */
export function accessConversation(
  conversation: BranchedConversation,
  now: number,
  ttlMs: number | null,
): BranchedConversation {
  return { ...conversation, ...accessAt(now, ttlMs) };
}

/** Whether a patch only switches the active branch. */
function isSwitch({ leafSeq, ...others }: ConversationPatch): boolean {
  const values: unknown[] = Object.values(others);
  return leafSeq !== undefined && values.every((value) => value === undefined);
}

/** The time of a change. It never runs backwards, even if the clock does. */
function updatedAt(conversation: Conversation, now: number): Date {
  return now > conversation.updatedAt.getTime() ? new Date(now) : conversation.updatedAt;
}
