import { setTimeout as delay } from 'node:timers/promises';
import { accessAt } from '../../domain/access.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { CodedError } from '../../domain/coded-error.js';
import type { BranchedConversation } from '../../domain/conversation.js';
import type { ConversationTurns } from '../../domain/conversation-turns.js';
import { IDEMPOTENCY_WINDOW_MS, type IdempotencyClaim } from '../../domain/idempotency.js';
import { assertSameRequest, type IdempotencyRecord } from '../../domain/idempotency-record.js';
import { ownerKey } from '../../domain/owner-key.js';
import { hasQuota } from '../../domain/owner-quota.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { decodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import type { Sealing } from '../sealing/sealing.js';
import { ConversationDamagedError, StoreUnavailableError } from '../store.errors.js';
import type { StoredFields } from './codecs/conversation-fields.js';
import {
  decodeBranchedRow,
  hasRowExpired,
  type BranchedRow,
} from './codecs/conversation-row.codec.js';
import { storedLeaf } from './codecs/leaf-column.js';
import { decodeTurns, type TurnsColumn } from './codecs/turns-column.js';
import { toUuid } from './codecs/uuid.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { TransactionConflictError, UniqueViolationError } from './connection/statement.errors.js';
import { KeyedMutex } from './keyed-mutex.js';
import { changeOf, type ChangeParts } from './statements/change.js';
import type { LoadStatement } from './statements/load.js';
import { DELETE_EXPIRED_RECORD } from './statements/records.js';

/** Another process changed the conversation, or used the key, between the load and the write. */
class ChangedMeanwhileError extends Error {}

/** Milliseconds that a retry waits at most: the first one comes at once. */
const RETRY_MS = 20;

type LoadedRow = { [Column in keyof BranchedRow]: BranchedRow[Column] | null } & {
  readonly now: Date;
  readonly revision: number | null;
  readonly turns?: TurnsColumn | null;
  readonly state_version?: number | null;
  readonly state_bytes?: number | null;
  readonly record: string | null;
  readonly recorded_at: Date | null;
  readonly owner_conversations: number | null;
  readonly owner_bytes: number | null;
};

/** What a change decides by. */
export interface Loaded {
  /**
   * Undefined when there is none, or when it has expired.
   * @throws ConversationDamagedError when it is read
   */
  readonly conversation: BranchedConversation | undefined;
  /** Undefined when there is no conversation. It can be read of a damaged one, too. */
  readonly version: number | undefined;
  readonly revision: number;
  readonly deadline: Date | null;
  /** Undefined when there is no conversation. */
  readonly fields: StoredFields | undefined;
  /** The columns `leaf_seq` and `branches`. */
  readonly leaf: number | null;
  readonly branches: string;
  /** Only of LOAD_ALL. */
  readonly turns: ConversationTurns;
  readonly stateVersion: number;
  readonly stateBytes: number;
  /** What is stored under the idempotency key, even if another request made it. */
  readonly record: IdempotencyRecord | undefined;
  readonly ownerConversations: number;
  /** Null when nobody has counted them. */
  readonly ownerBytes: number | null;
  /** PostgreSQL's clock, in milliseconds since the epoch. */
  readonly now: number;
}

export interface ChangeTarget {
  readonly owner: Owner;
  readonly id: string;
  /** The record of the claim is loaded with the conversation. */
  readonly claim?: IdempotencyClaim | undefined;
}

/**
 * Changes conversations. A change loads what it needs, decides by the rules of the domain, and writes in
 * one statement, which does nothing if the conversation has another revision by then: it then begins
 * again. So no lock is held between two statements, and a process that stops leaves none behind. In one
 * process, the changes of a conversation queue, so that they do not make each other begin again.
 */
export class PostgresChanges {
  private readonly mutex = new KeyedMutex();

  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits,
    private readonly timeoutMs: number,
    private readonly sealing: Sealing,
  ) {}

  /**
   * Runs `change` with what is stored now, and again while it throws because something was changed
   * meanwhile. It must not have written before it throws.
   */
  async run<Result>(
    { owner, id, claim }: ChangeTarget,
    statement: LoadStatement,
    change: (loaded: Loaded) => Promise<Result>,
  ): Promise<Result> {
    const giveUpAt = performance.now() + this.timeoutMs;
    // Two changes at once would both find room in the quota of their owner.
    const key = hasQuota(this.limits) ? ownerKey(owner) : `${ownerKey(owner)} ${id}`;
    return this.mutex.run(key, this.timeoutMs, busy, async () => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await change(await this.load({ owner, id, claim }, statement));
        } catch (error) {
          if (!isRepeatable(error)) throw error;
          if (performance.now() >= giveUpAt) throw busy();
          await delay(Math.random() * Math.min(attempt, 1) * RETRY_MS);
        }
      }
    });
  }

  /**
   * Writes a change, unless its time is over: that of the lease of the turn that makes it, or else the
   * deadline of the conversation.
   * @throws what makes `run` begin again, when the conversation has another revision, or the time is over
   */
  async write(
    owner: Owner,
    loaded: Loaded,
    after: BranchedConversation,
    addedBytes: number,
    parts: ChangeParts,
    leaseUntil?: number,
  ): Promise<void> {
    const { revision, deadline } = loaded;
    const { statement, values } = changeOf(
      {
        owner: ownerKey(owner),
        id: after.id,
        revision,
        status: after.status,
        messageCount: after.messageCount,
        version: after.version,
        updatedAt: after.updatedAt,
        accessedAt: after.lastAccessedAt,
        addedBytes,
        until: leaseUntil === undefined ? deadline : new Date(leaseUntil),
      },
      { ...parts, ...treeParts(loaded, after) },
    );
    const rows = await this.connection.write(statement, values).catch((error: unknown) => {
      throw isUncounted(error)
        ? new ConversationDamagedError(after.id, 'It has messages that it does not count.')
        : error;
    });
    if (rows.length === 0) throw changedMeanwhile();
  }

  /** Reads what is stored now. */
  async load({ owner, id, claim }: ChangeTarget, statement: LoadStatement): Promise<Loaded> {
    const values = statement.values({
      owner: ownerKey(owner),
      id: toUuid(id),
      key: claim?.key ?? null,
    });
    const [row] = await this.connection.read<LoadedRow>(statement, values);
    const { now, record, recorded_at: recordedAt } = row as LoadedRow;
    const hasRecord = record !== null && recordedAt !== null;
    const isFresh = hasRecord && now.getTime() - recordedAt.getTime() < IDEMPOTENCY_WINDOW_MS;
    if (hasRecord && !isFresh && claim) {
      const expired = { owner: ownerKey(owner), key: claim.key, recordedAt };
      await this.connection.write(DELETE_EXPIRED_RECORD, DELETE_EXPIRED_RECORD.values(expired));
    }
    return this.toLoaded(owner, row as LoadedRow, isFresh ? record : null);
  }

  private toLoaded(owner: Owner, row: LoadedRow, record: string | null): Loaded {
    const { ttlMs } = this.limits;
    const { now, accessed_at: accessedAt } = row;
    const isThere = accessedAt !== null && !hasRowExpired(accessedAt, now, ttlMs);
    const { sealing } = this;
    let decoded: BranchedConversation | undefined;
    return {
      get conversation() {
        if (isThere) decoded ??= decodeBranchedRow(owner, row as BranchedRow, ttlMs, sealing);
        return decoded;
      },
      version: isThere ? (row.version ?? undefined) : undefined,
      revision: row.revision ?? 0,
      deadline: accessedAt && accessAt(accessedAt.getTime(), ttlMs).expiresAt,
      fields: isThere ? fieldsOf(row as BranchedRow) : undefined,
      leaf: row.leaf_seq,
      branches: row.branches ?? '',
      record: record === null ? undefined : decodeIdempotencyRecord(record),
      turns: decodeTurns(row.turns),
      stateVersion: row.state_version ?? 0,
      stateBytes: row.state_bytes ?? 0,
      ownerConversations: row.owner_conversations ?? 0,
      ownerBytes: row.owner_bytes,
      now: now.getTime(),
    };
  }
}

function fieldsOf({ title, external_id: externalId, metadata }: BranchedRow): StoredFields {
  return { title, externalId, metadata };
}

/** What a change writes of the tree: nothing, as long as there is one branch alone. */
function treeParts(
  { leaf, branches }: Pick<Loaded, 'leaf' | 'branches'>,
  after: BranchedConversation,
): Pick<ChangeParts, 'leaf' | 'branches'> {
  const leafSeq = storedLeaf(after);
  return {
    ...(leafSeq !== leaf && { leaf: { leafSeq } }),
    // Records are only ever added.
    ...(after.branches.length > branches.length && {
      branches: { addedBranches: after.branches.slice(branches.length) },
    }),
  };
}

/** Others change the conversation all the time, or PostgreSQL is slow to change it. */
function busy(): Error {
  return new StoreUnavailableError('Other changes of the conversation are in the way.', {
    mayHaveBeenApplied: false,
  });
}

export function changedMeanwhile(): Error {
  return new ChangedMeanwhileError('Changed meanwhile.');
}

/** @throws ConversationNotFoundError, or another error that says the same to the caller */
export function expectConversation(
  { conversation }: Loaded,
  NotFound: new () => CodedError = ConversationNotFoundError,
): BranchedConversation {
  if (!conversation) throw new NotFound();
  return conversation;
}

/** Whether there is a message already under a seq that follows the last one. */
function isUncounted(error: unknown): boolean {
  return error instanceof UniqueViolationError && error.constraint.startsWith('messages');
}

/** Nothing was written, and the same change may succeed with what is stored now. */
function isRepeatable(error: unknown): boolean {
  return (
    error instanceof ChangedMeanwhileError ||
    error instanceof TransactionConflictError ||
    // Another request has stored the idempotency key: it is replayed now. Partitions have names of their own.
    (error instanceof UniqueViolationError && error.constraint.startsWith('idempotency_records'))
  );
}

/**
 * The record of an earlier request under the key of the claim.
 * @throws IdempotencyMismatchError
 */
export function recordOf(
  { record }: Loaded,
  claim: IdempotencyClaim | undefined,
): IdempotencyRecord | undefined {
  if (!record || !claim) return undefined;
  assertSameRequest(record, claim);
  return record;
}
