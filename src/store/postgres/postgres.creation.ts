import { spansOf } from '../../domain/branches.js';
import { createConversation, forkConversation } from '../../domain/conversation-changes.js';
import {
  ConversationExistsError,
  TooManyConversationsError,
} from '../../domain/conversation.errors.js';
import type { BranchedConversation, NewConversation, NewFork } from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { withoutBranches } from '../../domain/without-branches.js';
import { encodeOrigin } from '../codecs/fork-origin.codec.js';
import type { WriteOutcome } from '../conversation-store.js';
import { replayWrite } from '../replay-write.js';
import { encodeBodies, storedMessages } from './codecs/message-bodies.js';
import { bytesOfBodies, bytesOfConversation, bytesOfMessages } from './codecs/quota-bytes.js';
import { messagesMissing } from './codecs/page-row.js';
import { recordOfWrite, type WriteRecord } from './codecs/write-record.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { UniqueViolationError } from './connection/statement.errors.js';
import {
  changedMeanwhile,
  expectConversation,
  recordOf,
  type Loaded,
  type PostgresChanges,
} from './postgres.changes.js';
import type { PostgresMessages } from './postgres.messages.js';
import type { PostgresQuota } from './postgres.quota.js';
import { CREATE, CREATE_ONCE, DELETE_TOMBSTONE } from './statements/create.js';
import { FORK, FORK_ONCE, MEASURE_FORK } from './statements/fork.js';
import { LOAD } from './statements/load.js';
import type { SqlStatement, SqlValue } from './statements/statement.js';

/** The same statement without an idempotency record and with one. */
interface CreationStatements<Parameter extends string> {
  readonly plain: SqlStatement<readonly Parameter[]>;
  readonly once: SqlStatement<readonly (Parameter | 'key' | 'record')[]>;
}

/** Stores new conversations, each in one statement. */
export class PostgresCreation {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly changes: PostgresChanges,
    private readonly messages: PostgresMessages,
    private readonly quota: PostgresQuota,
    private readonly limits: StoreLimits,
  ) {}

  create(
    owner: Owner,
    draft: NewConversation,
    claim: IdempotencyClaim | undefined,
  ): Promise<WriteOutcome> {
    return this.once(owner, draft.id, claim, async (loaded) => {
      const created = await this.withRoom(owner, () =>
        createConversation(owner, draft, existingOf(loaded), loaded.now, this.limits),
      );
      const bodies = encodeBodies(draft.messages, created.createdAt);
      const record = recordOfWrite(claim, created, bodies.length);
      const bytes = bytesOfConversation(created) + bytesOfBodies(bodies);
      const values = {
        ...(await this.valuesOf(owner, created, bytes, record, loaded)),
        externalId: created.externalId ?? null,
        bodies: bodies.join('\n'),
      };
      await this.insert(owner, created, { plain: CREATE, once: CREATE_ONCE }, values, record);
      return {
        conversation: withoutBranches(created),
        messages: storedMessages(draft.messages, created),
        replayed: false,
      };
    });
  }

  /** The messages are copied where they are. */
  fork(owner: Owner, fork: NewFork, claim: IdempotencyClaim | undefined): Promise<WriteOutcome> {
    const { id, forkedFrom } = fork;
    return this.once(owner, id, claim, async (loaded) => {
      const source = expectConversation(
        await this.changes.load({ owner, id: forkedFrom.id }, LOAD),
      );
      const range = { limit: Infinity, from: 'end', branch: forkedFrom.seq } as const;
      const { spans } = spansOf(range, source);
      const count = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0);
      const forked = await this.withRoom(owner, () =>
        forkConversation(source, fork, count, existingOf(loaded), loaded.now, this.limits),
      );
      const copied = {
        sourceId: source.id,
        sourceCreatedAt: source.createdAt,
        firsts: spans.map(({ first }) => first),
        lasts: spans.map(({ last }) => last),
      };
      const copiedBytes = await this.measure(owner, source, count, copied);
      const record = recordOfWrite(claim, forked, 0);
      const bytes = bytesOfConversation(forked) + bytesOfMessages(count, copiedBytes);
      const values = {
        ...(await this.valuesOf(owner, forked, bytes, record, loaded)),
        ...copied,
        forkedFrom: encodeOrigin(forkedFrom),
      };
      await this.insert(owner, forked, { plain: FORK, once: FORK_ONCE }, values, record);
      return { conversation: withoutBranches(forked), messages: [], replayed: false };
    });
  }

  /** Runs what creates, unless an earlier request has done so. */
  private once(
    owner: Owner,
    id: string,
    claim: IdempotencyClaim | undefined,
    create: (loaded: Loaded) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    return this.changes.run({ owner, id, claim }, LOAD, async (loaded) => {
      const record = recordOf(loaded, claim);
      return record ? replayWrite(this.messages, owner, record) : create(loaded);
    });
  }

  /** The bytes of the `count` messages that are to be copied. */
  private async measure(
    owner: Owner,
    { id }: BranchedConversation,
    count: number,
    copied: Record<'sourceId' | 'sourceCreatedAt' | 'firsts' | 'lasts', SqlValue>,
  ): Promise<number> {
    const values = MEASURE_FORK.values({ owner: ownerKey(owner), ...copied });
    const [size] = await this.connection.read<{ count: number; bytes: number }>(
      MEASURE_FORK,
      values,
    );
    if (!size) throw changedMeanwhile();
    if (size.count !== count) throw messagesMissing(id);
    return size.bytes;
  }

  /** @throws QuotaExceededError */
  private async valuesOf(
    owner: Owner,
    { id, title, metadata, messageCount, createdAt }: BranchedConversation,
    bytes: number,
    record: WriteRecord | undefined,
    loaded: Loaded,
  ) {
    const chargedBytes = bytes + (record?.bytes ?? 0);
    await this.quota.charge(owner, loaded, chargedBytes);
    return {
      owner: ownerKey(owner),
      id,
      maxConversations: this.limits.maxConversationsPerUser,
      createdAt,
      title: title ?? null,
      metadata: JSON.stringify(metadata),
      messageCount,
      bytes,
      chargedBytes,
    };
  }

  private async insert<Parameter extends string>(
    owner: Owner,
    { id }: BranchedConversation,
    { plain, once }: CreationStatements<Parameter>,
    values: Readonly<Record<Parameter, SqlValue>>,
    record: WriteRecord | undefined,
  ): Promise<void> {
    const writing = record
      ? this.connection.write(
          once,
          once.values({ ...values, key: record.key, record: record.record }),
        )
      : this.connection.write(plain, plain.values(values));
    const rows = await writing.catch(async (error: unknown) => {
      const isId =
        error instanceof UniqueViolationError && error.constraint.startsWith('conversations');
      throw isId ? await this.idIsTaken(owner, id) : error;
    });
    // Others have created so many meanwhile that the owner is at the cap, or the source of the fork was deleted.
    if (rows.length === 0) throw changedMeanwhile();
  }

  /** The error of a create whose id has a row. A tombstone makes room, and the create begins again. */
  private async idIsTaken(owner: Owner, id: string): Promise<Error> {
    const values = DELETE_TOMBSTONE.values({ owner: ownerKey(owner), id });
    const rows = await this.connection.write(DELETE_TOMBSTONE, values);
    return rows.length > 0 ? changedMeanwhile() : new ConversationExistsError();
  }

  /** Runs the rule again after expired conversations have made room. */
  private async withRoom<T>(owner: Owner, rule: () => T): Promise<T> {
    try {
      return rule();
    } catch (error) {
      const isFreed = error instanceof TooManyConversationsError && (await this.quota.prune(owner));
      throw isFreed ? changedMeanwhile() : error;
    }
  }
}

function existingOf({ conversation, ownerConversations }: Loaded): {
  hasId: boolean;
  count: number;
} {
  return { hasId: conversation !== undefined, count: ownerConversations };
}
