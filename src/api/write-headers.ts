import { toEntityTag } from '../http/entity-tag.js';
import type { WriteOutcome } from '../store/conversation-store.js';

/** The headers of the response to a write that accepts an idempotency key. */
export function writeHeaders({
  conversation,
  replayed,
}: Pick<WriteOutcome, 'conversation' | 'replayed'>): Record<string, string> {
  return {
    ETag: toEntityTag(conversation.version),
    ...(replayed && { 'Idempotency-Replayed': 'true' }),
  };
}
