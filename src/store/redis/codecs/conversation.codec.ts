import {
  CONVERSATION_STATUSES,
  type Conversation,
  type ConversationMetadata,
  type ConversationStatus,
} from '../../../domain/conversation.js';
import type { Owner } from '../../../domain/owner.js';
import { parseStoredJson } from '../../stored-json.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { Fields } from './script-reply.js';

/** The fields of a conversation's hash, in the order in which shared/conversation.lua loads them. */
export const CONVERSATION_FIELDS = ['head', 'title', 'externalId', 'metadata'] as const;

/**
 * Checks what was read and makes a conversation of it.
 * @throws ConversationDamagedError
 */
export function decodeConversation(owner: Owner, id: string, fields: Fields): Conversation {
  const [head, title, externalId, metadata] = fields;
  const [status, version, messageCount, createdAt, updatedAt, lastAccessedAt, expiresAt] =
    String(head).split(' ');
  try {
    return {
      id,
      tenantId: owner.tenantId,
      userId: owner.userId,
      ...(externalId != null && { externalId: String(externalId) }),
      ...(title != null && { title: String(title) }),
      status: decodeStatus(status),
      metadata: metadata == null ? {} : decodeMetadata(String(metadata)),
      messageCount: decodeInteger(messageCount),
      version: decodeInteger(version),
      createdAt: decodeTime(createdAt),
      updatedAt: decodeTime(updatedAt),
      lastAccessedAt: decodeTime(lastAccessedAt),
      expiresAt: decodeTime(expiresAt),
    };
  } catch (cause) {
    throw new ConversationDamagedError(id, 'Its fields cannot be read.', { cause });
  }
}

function decodeStatus(field: string | undefined): ConversationStatus {
  const status = CONVERSATION_STATUSES.find((known) => known === field);
  if (!status) throw new TypeError('Unknown status.');
  return status;
}

function decodeInteger(field: string | undefined): number {
  const value = field ? Number(field) : NaN;
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError('Not a natural number.');
  return value;
}

function decodeTime(field: string | undefined): Date {
  const time = new Date(decodeInteger(field));
  if (Number.isNaN(time.getTime())) throw new TypeError('Not a time.');
  return time;
}

function decodeMetadata(json: string): ConversationMetadata {
  const value = parseStoredJson(json);
  if (!isMetadata(value)) throw new TypeError('Metadata is no object of strings.');
  return value;
}

function isMetadata(value: unknown): value is ConversationMetadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === 'string');
}
