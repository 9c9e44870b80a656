import {
  METADATA_LIMITS,
  type BranchedConversation,
  type ConversationMetadata,
  type ConversationPatch,
} from './conversation.js';
import { MetadataFullError } from './conversation.errors.js';

/**
 * Applies a merge patch. The version and the times of the conversation stay as they are.
 * @throws MetadataFullError
 */
export function applyPatch(
  conversation: BranchedConversation,
  patch: ConversationPatch,
): BranchedConversation {
  const { title, externalId, ...rest } = conversation;
  const newTitle = merged(title, patch.title);
  const newExternalId = merged(externalId, patch.externalId);
  return {
    ...rest,
    ...(newTitle !== undefined && { title: newTitle }),
    ...(newExternalId !== undefined && { externalId: newExternalId }),
    status: patch.status ?? conversation.status,
    leafSeq: patch.leafSeq ?? conversation.leafSeq,
    metadata: mergeMetadata(conversation.metadata, patch.metadata),
  };
}

function merged<T>(current: T | undefined, patch: T | null | undefined): T | undefined {
  return patch === undefined ? current : (patch ?? undefined);
}

/** @throws MetadataFullError */
export function mergeMetadata(
  current: ConversationMetadata,
  patch: ConversationPatch['metadata'],
): ConversationMetadata {
  if (patch === undefined) return current;
  if (patch === null) return {};
  const entries = new Map<string, string | null>([
    ...Object.entries(current),
    ...Object.entries(patch),
  ]);
  const labels = [...entries].filter((entry): entry is [string, string] => entry[1] !== null);
  if (labels.length > METADATA_LIMITS.keys) throw new MetadataFullError(METADATA_LIMITS.keys);
  return Object.fromEntries(labels);
}
