import { ownerKey } from '../../../domain/owner-key.js';
import type { Owner } from '../../../domain/owner.js';
import type { StoreLimits } from '../../../domain/store-limits.js';
import { toUuid } from '../codecs/uuid.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import type { Deleted } from './load-conversation.js';
import {
  COUNT_CONVERSATIONS,
  COUNT_OWNER_BYTES,
  FIND_RECORD,
  READ_LIVING,
  READ_REVISIONS,
} from './statements/lookup.js';
import { TOMBSTONE } from './tombstone.js';

export interface LivingConversation {
  readonly id: string;
  readonly revision: number;
  readonly hasExpired: boolean;
}

/** An idempotency record. */
export interface StoredRecord {
  readonly record: string;
  /** Milliseconds since it was stored here. */
  readonly ageMs: number;
}

interface RevisionRow {
  readonly position: number;
  readonly status: string;
  readonly revision: number;
}

interface LivingRow {
  readonly id: string;
  readonly revision: number;
  readonly has_expired: boolean;
}

/** What the record has: one statement a question. */
export class RecordLookup {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
  ) {}

  async revisions(
    ids: readonly { readonly owner: Owner; readonly id: string }[],
  ): Promise<(number | Deleted | undefined)[]> {
    const values = READ_REVISIONS.values({
      owners: ids.map(({ owner }) => ownerKey(owner)),
      ids: ids.map(({ id }) => toUuid(id)),
    });
    const rows = await this.connection.read<RevisionRow>(READ_REVISIONS, values);
    const revisions: (number | Deleted | undefined)[] = ids.map(() => undefined);
    for (const { position, status, revision } of rows) {
      revisions[position] = status === TOMBSTONE ? { deleted: revision } : revision;
    }
    return revisions;
  }

  async living(owner: Owner): Promise<LivingConversation[]> {
    const values = READ_LIVING.values({ owner: ownerKey(owner), ttlMs: this.limits.ttlMs });
    const rows = await this.connection.read<LivingRow>(READ_LIVING, values);
    return rows.map(({ id, revision, has_expired: hasExpired }) => ({ id, revision, hasExpired }));
  }

  async findRecord(owner: Owner, key: string): Promise<StoredRecord | undefined> {
    const values = FIND_RECORD.values({ owner: ownerKey(owner), key });
    const [row] = await this.connection.read<{ record: string; age_ms: number }>(
      FIND_RECORD,
      values,
    );
    return row && { record: row.record, ageMs: row.age_ms };
  }

  async conversationCount(owner: Owner): Promise<number> {
    const values = COUNT_CONVERSATIONS.values({ owner: ownerKey(owner) });
    const [row] = await this.connection.read<{ conversations: number }>(
      COUNT_CONVERSATIONS,
      values,
    );
    return row?.conversations ?? 0;
  }

  async bytesOf(owner: Owner): Promise<number> {
    const values = COUNT_OWNER_BYTES.values({ owner: ownerKey(owner), ttlMs: this.limits.ttlMs });
    const [row] = await this.connection.read<{ bytes: number }>(COUNT_OWNER_BYTES, values);
    return row?.bytes ?? 0;
  }
}
