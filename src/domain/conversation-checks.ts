import {
  ConversationClosedError,
  ConversationFullError,
  VersionConflictError,
} from './conversation.errors.js';
import type { Conversation } from './conversation.js';
import type { StoreLimits } from './store-limits.js';

/** @throws ConversationClosedError */
export function assertActive({ status }: Conversation): void {
  if (status !== 'active') throw new ConversationClosedError(status);
}

/**
 * @param messageCount messages that the conversation would hold
 * @throws ConversationFullError
 */
export function assertRoom(
  messageCount: number,
  { maxMessagesPerConversation: limit }: StoreLimits,
): void {
  if (messageCount > limit) throw new ConversationFullError(limit);
}

/**
 * @param expected any version when absent
 * @throws VersionConflictError
 */
export function assertVersion(current: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== current) throw new VersionConflictError(current);
}
