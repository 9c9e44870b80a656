import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { Sealing } from '../sealing/sealing.js';
import { ConversationDamagedError } from '../store.errors.js';
import { parseStoredJson } from '../stored-json.js';
import { hasRowExpired } from './codecs/conversation-row.codec.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { READ_STATE } from './statements/state.js';

interface StateRow {
  readonly id: string;
  readonly accessed_at: Date;
  readonly now: Date;
  readonly state: string | null;
  readonly state_version: number;
}

/** @throws ConversationNotFoundError, ConversationDamagedError */
export async function readState(
  connection: PostgresConnection,
  { ttlMs }: StoreLimits,
  sealing: Sealing,
  owner: Owner,
  id: string,
): Promise<WorkingState> {
  const values = READ_STATE.values({ owner: ownerKey(owner), id: toUuid(id) });
  const [row] = await connection.read<StateRow>(READ_STATE, values);
  if (!row || hasRowExpired(row.accessed_at, row.now, ttlMs)) {
    throw new ConversationNotFoundError();
  }
  try {
    const json = sealing.of(owner, row.id).decode('state', row.state ?? 'null');
    const value = parseStoredJson(json) as JsonValue;
    return { value, version: row.state_version };
  } catch (cause) {
    throw new ConversationDamagedError(id, 'Its working state cannot be read.', { cause });
  }
}
