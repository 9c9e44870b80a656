import { ownerKey } from '../../../domain/owner-key.js';
import type { Owner } from '../../../domain/owner.js';
import type { StoreLimits } from '../../../domain/store-limits.js';
import { decodeStatus } from '../../codecs/conversation-status.codec.js';
import { ConversationDamagedError } from '../../store.errors.js';
import type { Snapshot } from '../../snapshot.js';
import { hasRowExpired } from '../codecs/conversation-row.codec.js';
import { assertComplete, bodiesOf, type PageRow } from '../codecs/page-row.js';
import { toUuid } from '../codecs/uuid.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { MAX_INTEGER } from '../statements/statement.js';
import { LOAD_CONVERSATION } from './statements/load.js';
import { TOMBSTONE } from './tombstone.js';

/** How many messages at the end of a conversation to load: at most these, but one if there is any. */
export interface Tail {
  readonly tail: number;
  readonly tailBytes: number;
}

/** A conversation as it is stored. Its elements are its last messages. */
export type LoadedConversation = Omit<Snapshot, 'partition' | 'records'>;

/** A tombstone. */
export interface Deleted {
  /** Its revision. */
  readonly deleted: number;
}

interface LoadedRow extends PageRow {
  readonly revision: number;
  readonly state: string | null;
  readonly state_version: number;
}

export async function loadConversation(
  connection: PostgresConnection,
  { ttlMs }: StoreLimits,
  owner: Owner,
  id: string,
  { tail, tailBytes }: Tail,
): Promise<LoadedConversation | Deleted | undefined> {
  const limit = Math.min(Math.max(tail, 1), MAX_INTEGER);
  const values = { owner: ownerKey(owner), id: toUuid(id), limit, pageBytes: tailBytes };
  const [row] = await connection.read<LoadedRow>(
    LOAD_CONVERSATION,
    LOAD_CONVERSATION.values(values),
  );
  if (!row) return undefined;
  if (row.status === TOMBSTONE) return { deleted: row.revision };
  if (hasRowExpired(row.accessed_at, row.now, ttlMs)) return undefined;
  assertComplete(row, { limit, from: 'end' }, row.message_count);
  return toLoaded(owner, row);
}

function toLoaded(owner: Owner, row: LoadedRow): LoadedConversation {
  const { id, title, external_id: externalId, forked_from: forkedFrom, state } = row;
  return {
    owner,
    id,
    revision: row.revision,
    status: statusOf(row),
    ...(title !== null && { title }),
    ...(externalId !== null && { externalId }),
    ...(forkedFrom !== null && { forkedFrom }),
    metadata: row.metadata,
    version: row.version,
    messageCount: row.message_count,
    ...(isBranched(row) && { leafSeq: row.leaf_seq ?? row.message_count }),
    branches: row.branches,
    createdAt: row.created_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    lastAccessedAt: row.accessed_at.getTime(),
    ...(state !== null && { state: { text: state, version: row.state_version } }),
    firstSeq: row.first_seq ?? row.message_count + 1,
    elements: bodiesOf(row),
  };
}

function isBranched({ leaf_seq: leaf, branches }: LoadedRow): boolean {
  return leaf !== null || branches !== '';
}

function statusOf({ id, status }: LoadedRow): Snapshot['status'] {
  try {
    return decodeStatus(status);
  } catch (cause) {
    throw new ConversationDamagedError(id, 'Its columns cannot be read.', { cause });
  }
}
