import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../../domain/conversation.js';
import type { Owner } from '../../../domain/owner.js';
import { decodeStatus } from '../../codecs/conversation-status.codec.js';
import { decodeMetadata } from '../../codecs/metadata.codec.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { Fields } from './script-reply.js';

/**
 * The fields of a conversation's hash, in the order in which load-conversation.lua reads them. It reads one more,
 * see {@link baseOf}.
 */
export const CONVERSATION_FIELDS = ['head', 'title', 'externalId', 'metadata'] as const;

/** The position behind these. */
const BASE = CONVERSATION_FIELDS.length;

/** The position of its word in the head. */
const LARGEST_MESSAGE = 7;

/** The fields of a new conversation, as arguments of create.lua. The script writes the head. */
export function encodeFields({
  title,
  externalId,
  metadata,
}: Pick<NewConversation, 'title' | 'externalId' | 'metadata'>): {
  metadata: string;
  hasTitle: number;
  title: string;
  hasExternalId: number;
  externalId: string;
} {
  return {
    metadata: Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : '',
    hasTitle: Number(title !== undefined),
    title: title ?? '',
    hasExternalId: Number(externalId !== undefined),
    externalId: externalId ?? '',
  };
}

/** A merge patch, as arguments of update.lua. */
export function encodePatch({ title, externalId, status, metadata }: ConversationPatch): {
  newStatus: string;
  titleAction: string;
  newTitle: string;
  externalIdAction: string;
  newExternalId: string;
  metadataAction: string;
  metadataPatch: string;
} {
  return {
    newStatus: status ?? '',
    titleAction: patchAction(title, 'set'),
    newTitle: title ?? '',
    externalIdAction: patchAction(externalId, 'set'),
    newExternalId: externalId ?? '',
    metadataAction: patchAction(metadata, 'merge'),
    metadataPatch: metadata ? JSON.stringify(metadata) : '',
  };
}

/**
 * Checks what was read and makes a conversation of it. A newer process may have written more words into
 * the head, which are ignored.
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

/** The size of the largest message in bytes; undefined when an older process wrote the head. */
export function largestMessageOf([head]: Fields): number | undefined {
  const word = String(head).split(' ')[LARGEST_MESSAGE] ?? '';
  return /^\d+$/.test(word) ? Number(word) : undefined;
}

/** How many messages at the start of the conversation are not in Redis, but only in the record behind it. */
export function baseOf(fields: Fields): number {
  return Number(fields[BASE] ?? 0);
}

function patchAction(value: unknown, action: 'set' | 'merge'): string {
  if (value === undefined) return 'retain';
  return value === null ? 'remove' : action;
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
