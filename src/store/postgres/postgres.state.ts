import { accessConversation } from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import { heldTurn } from '../../domain/conversation-turns.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { StateOptions } from '../conversation-store.js';
import { ConversationDamagedError } from '../store.errors.js';
import { parseStoredJson } from '../stored-json.js';
import { encodeState } from '../working-state.codec.js';
import { hasRowExpired } from './codecs/conversation-row.codec.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { expectConversation, type PostgresChanges } from './postgres.changes.js';
import type { PostgresQuota } from './postgres.quota.js';
import { LOAD_ALL } from './statements/load.js';
import { READ_STATE } from './statements/state.js';

interface StateRow {
  readonly accessed_at: Date;
  readonly now: Date;
  readonly state: string | null;
  readonly state_version: number;
}

/** The working states of orchestrators. */
export class PostgresState {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly changes: PostgresChanges,
    private readonly quota: PostgresQuota,
    private readonly limits: StoreLimits,
  ) {}

  async get(owner: Owner, id: string): Promise<WorkingState> {
    const values = READ_STATE.values({ owner: ownerKey(owner), id: toUuid(id) });
    const [row] = await this.connection.read<StateRow>(READ_STATE, values);
    if (!row || hasRowExpired(row.accessed_at, row.now, this.limits.ttlMs)) {
      throw new ConversationNotFoundError();
    }
    try {
      const value = parseStoredJson(row.state ?? 'null') as JsonValue;
      return { value, version: row.state_version };
    } catch (cause) {
      throw new ConversationDamagedError(id, 'Its working state cannot be read.', { cause });
    }
  }

  async put(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions,
  ): Promise<number> {
    const state = encodeState(value);
    return this.changes.run({ owner, id }, LOAD_ALL, async (loaded) => {
      const { turns, stateVersion, stateBytes, now } = loaded;
      const conversation = expectConversation(loaded);
      const leaseUntil = turnId === undefined ? undefined : heldTurn(turns, turnId, now).leaseUntil;
      assertVersion(stateVersion, expectedVersion);
      const addedBytes = Buffer.byteLength(state) - stateBytes;
      const charge = await this.quota.charge(owner, loaded, addedBytes);
      const after = accessConversation(conversation, now, this.limits.ttlMs);
      const parts = { state: { state, stateVersion: stateVersion + 1 }, ...charge };
      await this.changes.write(owner, loaded, after, addedBytes, parts, leaseUntil);
      return stateVersion + 1;
    });
  }
}
