import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type { StateOptions } from '../conversation-store.js';
import type { Sealing } from '../sealing/sealing.js';
import { ConversationDamagedError } from '../store.errors.js';
import { parseStoredJson } from '../stored-json.js';
import { encodeState } from '../working-state.codec.js';
import { expectOk } from './codecs/script-reply.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { QuotaConnection } from './quota-connection.js';

const FIELDS = ['head', 'state', 'stateVersion'] as const;

/** The working states of orchestrators. */
export class RedisState {
  constructor(
    private readonly redis: QuotaConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    private readonly sealing: Sealing,
  ) {}

  async get(owner: Owner, id: string): Promise<WorkingState> {
    const { conversationKey } = this.keys.of(owner).conversation(id);
    const [head, state, version] = await this.redis.readHash(conversationKey, FIELDS);
    if (head == null) throw new ConversationNotFoundError();
    try {
      return {
        value: state == null ? null : this.decode(owner, id, state),
        version: Number(version ?? 0),
      };
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
    const call = SCRIPTS.putState.with(this.keys.of(owner).conversation(id), {
      id,
      ttl: this.limits.ttlMs,
      expectedVersion,
      state: this.sealing.of(owner, id).encode('state', encodeState(value)),
      turnId: turnId ?? '',
      ownerQuota: this.redis.ownerQuota,
    });
    const reply = await this.redis.writeWithinQuota(owner, call);
    const [version] = expectOk<[number]>(id, reply, this.limits);
    return version;
  }

  private decode(owner: Owner, id: string, state: string): JsonValue {
    return parseStoredJson(this.sealing.of(owner, id).decode('state', state)) as JsonValue;
  }
}
