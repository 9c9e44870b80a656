import { accessConversation } from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import { heldTurn } from '../../domain/conversation-turns.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { Sealing } from '../sealing/sealing.js';
import type { StateOptions } from '../conversation-store.js';
import { encodeState } from '../working-state.codec.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { expectConversation, type PostgresChanges } from './postgres.changes.js';
import type { PostgresQuota } from './postgres.quota.js';
import { readState } from './read-state.js';
import { LOAD_ALL } from './statements/load.js';

/** The working states of orchestrators. */
export class PostgresState {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly changes: PostgresChanges,
    private readonly quota: PostgresQuota,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
  ) {}

  get(owner: Owner, id: string): Promise<WorkingState> {
    return readState(this.connection, this.limits, this.sealing, owner, id);
  }

  async put(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions,
  ): Promise<number> {
    const json = encodeState(value);
    return this.changes.run({ owner, id }, LOAD_ALL, async (loaded) => {
      const { turns, stateVersion, stateBytes, now } = loaded;
      const conversation = expectConversation(loaded);
      const leaseUntil = turnId === undefined ? undefined : heldTurn(turns, turnId, now).leaseUntil;
      assertVersion(stateVersion, expectedVersion);
      const state = this.sealing.of(owner, conversation.id).encode('state', json);
      const addedBytes = Buffer.byteLength(state) - stateBytes;
      const charge = await this.quota.charge(owner, loaded, addedBytes);
      const after = accessConversation(conversation, now, this.limits.ttlMs);
      const written = { state, stateVersion: stateVersion + 1, formerStateBytes: stateBytes };
      const parts = { state: written, ...charge };
      await this.changes.write(owner, loaded, after, addedBytes, parts, leaseUntil);
      return stateVersion + 1;
    });
  }
}
