import { accessAt, hasExpired } from '../../../domain/access.js';
import type { BranchedConversation, Conversation } from '../../../domain/conversation.js';
import type { Owner } from '../../../domain/owner.js';
import { decodeBranches } from '../../codecs/branches.codec.js';
import { decodeStatus } from '../../codecs/conversation-status.codec.js';
import { decodeOrigin } from '../../codecs/fork-origin.codec.js';
import { decodeMetadata } from '../../codecs/metadata.codec.js';
import type { Sealing } from '../../sealing/sealing.js';
import { ConversationDamagedError } from '../../store.errors.js';

/** The columns of a conversation that a statement with `HEAD_COLUMNS` returns. */
export interface ConversationRow {
  readonly id: string;
  readonly status: string;
  readonly title: string | null;
  readonly external_id: string | null;
  readonly forked_from: string | null;
  readonly metadata: string;
  readonly message_count: number;
  /** Null: the last message. */
  readonly leaf_seq: number | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly accessed_at: Date;
}

/** The same with the branches, which most lists have no use for. */
export interface BranchedRow extends ConversationRow {
  readonly branches: string;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * The deadline is no column: it follows from the last access and from the retention of today, so that
 * another retention holds for all conversations at once.
 * @param ttlMs null: no deadline
 * @throws ConversationDamagedError
 */
export function decodeRow(
  owner: Owner,
  row: ConversationRow,
  ttlMs: number | null,
  sealing: Sealing,
): Conversation {
  const { id, title, external_id: externalId, forked_from: forkedFrom } = row;
  const { lastAccessedAt, expiresAt } = accessAt(row.accessed_at.getTime(), ttlMs);
  const sealed = sealing.of(owner, id);
  try {
    const conversation: Writable<Conversation> = {
      id,
      tenantId: owner.tenantId,
      userId: owner.userId,
      status: decodeStatus(row.status),
      metadata: decodeMetadata(sealed.decode('metadata', row.metadata)),
      messageCount: row.message_count,
      leafSeq: row.leaf_seq ?? row.message_count,
      version: row.version,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
      lastAccessedAt,
      expiresAt,
    };
    if (externalId !== null) conversation.externalId = sealed.decode('externalId', externalId);
    if (title !== null) conversation.title = sealed.decode('title', title);
    if (forkedFrom !== null) conversation.forkedFrom = decodeOrigin(forkedFrom);
    return conversation;
  } catch (cause) {
    throw new ConversationDamagedError(id, 'Its columns cannot be read.', { cause });
  }
}

/** @throws ConversationDamagedError */
export function decodeBranchedRow(
  owner: Owner,
  row: BranchedRow,
  ttlMs: number | null,
  sealing: Sealing,
): BranchedConversation {
  return Object.assign(decodeRow(owner, row, ttlMs, sealing), {
    branches: decodeBranches(row.id, row.branches),
  });
}

/** Whether the deadline that follows from this access has passed. */
export function hasRowExpired(accessedAt: Date, now: Date, ttlMs: number | null): boolean {
  return hasExpired(accessAt(accessedAt.getTime(), ttlMs), now.getTime());
}
