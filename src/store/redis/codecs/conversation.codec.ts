import type { MessageTree } from '../../../domain/branches.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../../domain/conversation.js';
import type { Owner } from '../../../domain/owner.js';
import { decodeBranches } from '../../codecs/branches.codec.js';
import { decodeStatus } from '../../codecs/conversation-status.codec.js';
import { decodeOrigin } from '../../codecs/fork-origin.codec.js';
import type { ConversationSealing } from '../../sealing/conversation-sealing.js';
import type { LoadedRecord } from '../../snapshot.js';
import { ConversationDamagedError } from '../../store.errors.js';
import { encodeMetadata, openMetadata } from './metadata-patch.codec.js';
import type { Fields } from './script-reply.js';

/**
 * The fields of a conversation's hash, in the order in which load-conversation.lua reads them. It reads one more,
 * see {@link baseOf}, and load-tree.lua another one, see {@link treeOf}.
 */
export const CONVERSATION_FIELDS = [
  'head',
  'title',
  'externalId',
  'forkedFrom',
  'metadata',
] as const;

/** The positions behind these. */
const BASE = CONVERSATION_FIELDS.length;
const BRANCHES = BASE + 1;

/** The positions of their words in the head. */
const LARGEST_MESSAGE = 7;
const LEAF_SEQ = 8;

/** The fields of a new conversation, as arguments of create.lua. The script writes the head. */
export function encodeFields(
  { title, externalId, metadata }: Pick<NewConversation, 'title' | 'externalId' | 'metadata'>,
  sealing: ConversationSealing,
): {
  metadata: string;
  hasTitle: number;
  title: string;
  hasExternalId: number;
  externalId: string;
} {
  return {
    metadata: encodeMetadata(metadata, sealing),
    hasTitle: Number(title !== undefined),
    title: title === undefined ? '' : sealing.encode('title', title),
    hasExternalId: Number(externalId !== undefined),
    externalId: externalId === undefined ? '' : sealing.encode('externalId', externalId),
  };
}

/** The arguments of create.lua for a conversation that is no fork. */
export const NO_FORK = {
  forkedFrom: '',
  sourceCreatedAt: '',
  stagedCount: 0,
  stagedBytes: 0,
  stagedSize: 0,
} as const;

/** The last message of the active branch, as an argument of fill.lua: a word of the head, or '' for no such word. */
export function encodeLeaf({
  messageCount,
  leafSeq = messageCount,
  branches,
}: Pick<LoadedRecord, 'messageCount' | 'leafSeq' | 'branches'>): number | '' {
  if (leafSeq !== messageCount) return leafSeq;
  return branches === '' ? '' : 0;
}

/** A merge patch without its metadata, as arguments of update.lua. */
export function encodePatch(
  { title, externalId, status, leafSeq }: ConversationPatch,
  sealing: ConversationSealing,
): {
  newStatus: string;
  titleAction: string;
  newTitle: string;
  externalIdAction: string;
  newExternalId: string;
  newLeafSeq: number | '';
} {
  return {
    newStatus: status ?? '',
    titleAction: patchAction(title),
    newTitle: title == null ? '' : sealing.encode('title', title),
    externalIdAction: patchAction(externalId),
    newExternalId: externalId == null ? '' : sealing.encode('externalId', externalId),
    newLeafSeq: leafSeq ?? '',
  };
}

/** What a patch does to a field, as an argument of update.lua. */
export function patchAction(value: unknown): 'retain' | 'remove' | 'set' {
  if (value === undefined) return 'retain';
  return value === null ? 'remove' : 'set';
}

/** What the head tells of a conversation. */
export type ConversationHead = Pick<
  Conversation,
  | 'status'
  | 'messageCount'
  | 'leafSeq'
  | 'version'
  | 'createdAt'
  | 'updatedAt'
  | 'lastAccessedAt'
  | 'expiresAt'
>;

/**
 * Checks the head of a conversation. A newer process may have written more words into it, which are ignored.
 * @throws ConversationDamagedError
 */
export function decodeHead(id: string, [head]: Fields): ConversationHead {
  const words = String(head).split(' ');
  const [status, version, count, createdAt, updatedAt, lastAccessedAt, expiresAt] = words;
  try {
    const messageCount = decodeInteger(count);
    return {
      status: decodeStatus(status),
      messageCount,
      leafSeq: decodeLeaf(words[LEAF_SEQ], messageCount),
      version: decodeInteger(version),
      createdAt: decodeTime(createdAt),
      updatedAt: decodeTime(updatedAt),
      lastAccessedAt: decodeTime(lastAccessedAt),
      expiresAt: decodeTime(expiresAt),
    };
  } catch (cause) {
    throw unreadable(id, cause);
  }
}

/**
 * Checks what was read, opens its texts, and makes a conversation of it.
 * @throws ConversationDamagedError
 */
export function decodeConversation(
  owner: Owner,
  id: string,
  fields: Fields,
  sealing: ConversationSealing,
): Conversation {
  const head = decodeHead(id, fields);
  const [, title, externalId, forkedFrom, metadata] = fields;
  try {
    return {
      id,
      tenantId: owner.tenantId,
      userId: owner.userId,
      ...(externalId != null && { externalId: sealing.decode('externalId', String(externalId)) }),
      ...(title != null && { title: sealing.decode('title', String(title)) }),
      ...(forkedFrom != null && { forkedFrom: decodeOrigin(String(forkedFrom)) }),
      status: head.status,
      metadata: openMetadata(String(metadata ?? ''), sealing),
      messageCount: head.messageCount,
      leafSeq: head.leafSeq,
      version: head.version,
      createdAt: head.createdAt,
      updatedAt: head.updatedAt,
      lastAccessedAt: head.lastAccessedAt,
      expiresAt: head.expiresAt,
    };
  } catch (cause) {
    throw unreadable(id, cause);
  }
}

function unreadable(id: string, cause: unknown): ConversationDamagedError {
  return new ConversationDamagedError(id, 'Its fields cannot be read.', { cause });
}

/** Bytes of the largest message that a client could store when heads did not name it. */
const LARGEST_OF_OLDER_PROCESSES = 64 * 1024;

/** The size of the largest message in bytes, about: an older process has left it out of the head. */
export function largestMessageOf([head]: Fields): number {
  const word = String(head).split(' ')[LARGEST_MESSAGE] ?? '';
  return /^\d+$/.test(word) ? Number(word) : LARGEST_OF_OLDER_PROCESSES;
}

/** How many messages at the start of the conversation are not in Redis, but only in the record behind it. */
export function baseOf(fields: Fields): number {
  return Number(fields[BASE] ?? 0);
}

/**
 * Which message follows which, of a conversation that a script has loaded.
 * @throws ConversationDamagedError
 */
export function treeOf({ id, messageCount, leafSeq }: Conversation, fields: Fields): MessageTree {
  return { messageCount, leafSeq, branches: decodeBranches(id, fields[BRANCHES] ?? '') };
}

function decodeInteger(field: string | undefined): number {
  const value = field ? Number(field) : NaN;
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError('Not a natural number.');
  return value;
}

/** The word is absent from the head of a linear conversation, and 0 of another one that ends with its last message. */
function decodeLeaf(word: string | undefined, messageCount: number): number {
  const leafSeq = decodeInteger(word ?? '0');
  if (leafSeq > messageCount) throw new TypeError('Not a message.');
  return leafSeq === 0 ? messageCount : leafSeq;
}

function decodeTime(field: string | undefined): Date {
  const time = new Date(decodeInteger(field));
  if (Number.isNaN(time.getTime())) throw new TypeError('Not a time.');
  return time;
}
