import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { ScriptReply } from './codecs/script-reply.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptCall, ScriptConnection } from './script-connection.js';

/** Idempotency records that an erase deletes at a time. */
const ERASE_BATCH = 100;

/** A connection that knows the quota of an owner. Without a quota it does no more than the connection. */
export class QuotaConnection implements ScriptConnection {
  /** Bytes; 0 for no quota. */
  readonly ownerQuota: number;

  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: RedisKeys,
    { ownerQuotaBytes = 0 }: StoreLimits,
  ) {
    this.ownerQuota = ownerQuotaBytes;
  }

  /** A write that may be over the quota. It is tried again without what has expired. */
  writeWithinQuota(owner: Owner, call: ScriptCall): Promise<unknown> {
    const writing = this.redis.write(...call);
    return this.ownerQuota === 0 ? writing : this.orAfterPruning(owner, call, writing);
  }

  /** Deletes the idempotency records of an owner. Without a quota nothing lists them: they expire. */
  async eraseRecords(owner: Owner): Promise<void> {
    const keys = this.keys.of(owner);
    const { usageKey, recordsKey } = keys;
    if (usageKey === undefined || recordsKey === undefined) return;
    const names = (await this.read(...SCRIPTS.listRecords.with({ recordsKey }, {}))) as string[];
    for (let start = 0; start < names.length; start += ERASE_BATCH) {
      const recordKeys = names
        .slice(start, start + ERASE_BATCH)
        .map((name) => keys.recordNamed(name));
      await this.write(...SCRIPTS.deleteRecords.with({ usageKey, recordsKey, recordKeys }, {}));
    }
  }

  read(...call: ScriptCall): Promise<unknown> {
    return this.redis.read(...call);
  }

  readList(key: string, start: number, stop: number): Promise<string[]> {
    return this.redis.readList(key, start, stop);
  }

  readHash(key: string, fields: readonly string[]): Promise<(string | null)[]> {
    return this.redis.readHash(key, fields);
  }

  write(...call: ScriptCall): Promise<unknown> {
    return this.redis.write(...call);
  }

  writeUnreplicated(...call: ScriptCall): Promise<unknown> {
    return this.redis.writeUnreplicated(...call);
  }

  ping(): Promise<void> {
    return this.redis.ping();
  }

  close(): void {
    this.redis.close();
  }

  private async orAfterPruning(
    owner: Owner,
    call: ScriptCall,
    writing: Promise<unknown>,
  ): Promise<unknown> {
    const reply = (await writing) as ScriptReply;
    if (reply[0] !== 'QUOTA') return reply;
    await this.redis.writeUnreplicated(...SCRIPTS.prune.with(this.keys.of(owner), {}));
    return this.redis.write(...call);
  }
}
