import {
  METADATA_LIMITS,
  type ConversationPatch,
  type NewConversation,
} from '../../../domain/conversation.js';
import { IDEMPOTENCY_WINDOW_MS } from '../../../domain/idempotency.js';
import type { NewMessage } from '../../../domain/message.js';
import type { ChangeOptions, WriteOptions } from '../../conversation-store.js';
import type { StoreLimits } from '../../../domain/store-limits.js';
import { encodeMessage } from './message.codec.js';

/** ARGV of a script, in the order that its head gives. */
type Arguments = (string | number)[];

export function createArguments(
  { id, messages, title, externalId, metadata }: NewConversation,
  { idempotency }: WriteOptions,
  { ttlMs, maxConversationsPerUser, maxMessagesPerConversation }: StoreLimits,
): Arguments {
  return [
    id,
    ttlMs,
    maxConversationsPerUser,
    maxMessagesPerConversation,
    idempotency?.requestHash ?? '',
    IDEMPOTENCY_WINDOW_MS,
    Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : '',
    ...(title === undefined ? [0, ''] : [1, title]),
    ...(externalId === undefined ? [0, ''] : [1, externalId]),
    ...messages.map(encodeMessage),
  ];
}

export function appendArguments(
  id: string,
  messages: readonly NewMessage[],
  { idempotency }: WriteOptions,
  { ttlMs, maxMessagesPerConversation }: StoreLimits,
): Arguments {
  return [
    id,
    ttlMs,
    maxMessagesPerConversation,
    ...(idempotency ? [idempotency.requestHash, IDEMPOTENCY_WINDOW_MS] : []),
    ...messages.map(encodeMessage),
  ];
}

export function updateArguments(
  id: string,
  { title, externalId, status, metadata }: ConversationPatch,
  { expectedVersion }: ChangeOptions,
  { ttlMs }: StoreLimits,
): Arguments {
  return [
    id,
    ttlMs,
    expectedVersion ?? '',
    status ?? '',
    ...fieldPatch('set', title),
    ...fieldPatch('set', externalId),
    ...fieldPatch('merge', metadata && JSON.stringify(metadata)),
    METADATA_LIMITS.keys,
  ];
}

/** What to do with a field, and with which value. */
function fieldPatch(action: 'set' | 'merge', value: string | null | undefined): [string, string] {
  if (value === undefined) return ['keep', ''];
  return value === null ? ['remove', ''] : [action, value];
}
