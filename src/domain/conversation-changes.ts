import { accessAt, isAccessDue, type Access } from './access.js';
import { applyPatch } from './conversation-patch.js';
import type { Conversation, ConversationPatch, NewConversation } from './conversation.js';
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
): Conversation {
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
    version: 1,
    createdAt: new Date(now),
    updatedAt: new Date(now),
    ...accessAt(now, limits.ttlMs),
  };
}

/**
 * A client's append of `count` messages.
 * @throws ConversationClosedError, ConversationFullError
 */
export function appendMessages(
  conversation: Conversation,
  count: number,
  now: number,
  limits: StoreLimits,
): Conversation {
  assertActive(conversation);
  return addMessages(conversation, count, now, limits);
}

/**
 * Adds `count` messages, 0 or more, and may change the status. A closed conversation takes them too:
 * it may have been closed while a turn was running.
 * @throws ConversationFullError
 */
export function addMessages(
  conversation: Conversation,
  count: number,
  now: number,
  limits: StoreLimits,
  status = conversation.status,
): Conversation {
  const { externalId, title } = conversation;
  const messageCount = conversation.messageCount + count;
  assertRoom(messageCount, limits);
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
    status,
    metadata: conversation.metadata,
    messageCount,
    version: conversation.version + 1,
    createdAt: conversation.createdAt,
    updatedAt: updatedAt(conversation, now),
    lastAccessedAt: access.lastAccessedAt,
    expiresAt: access.expiresAt,
  };
}

/**
 * A merge patch. It counts as an access, also when no access is due.
 * @throws VersionConflictError, MetadataFullError
 */
export function updateConversation(
  conversation: Conversation,
  patch: ConversationPatch,
  expectedVersion: number | undefined,
  now: number,
  ttlMs: number | null,
): Conversation {
  assertVersion(conversation.version, expectedVersion);
  return {
    ...applyPatch(conversation, patch),
    ...accessAt(now, ttlMs),
    updatedAt: updatedAt(conversation, now),
    version: conversation.version + 1,
  };
}

/** An access, which changes neither the version nor `updatedAt`. */
export function accessConversation(
  conversation: Conversation,
  now: number,
  ttlMs: number | null,
): Conversation {
  return { ...conversation, ...accessAt(now, ttlMs) };
}

/** The time of a change. It never runs backwards, even if the clock does. */
function updatedAt(conversation: Conversation, now: number): Date {
  return now > conversation.updatedAt.getTime() ? new Date(now) : conversation.updatedAt;
}
