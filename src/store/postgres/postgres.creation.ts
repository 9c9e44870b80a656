import { spansOf } from '../../domain/branches.js';
import { createConversation, forkConversation } from '../../domain/conversation-changes.js';
import {
  ConversationExistsError,
  TooManyConversationsError,
} from '../../domain/conversation.errors.js';
import type {
  BranchedConversation,
  ForkOrigin,
  NewConversation,
  NewFork,
} from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { Span } from '../../domain/message-range.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { withoutBranches } from '../../domain/without-branches.js';
import { encodeOrigin } from '../codecs/fork-origin.codec.js';
import type { WriteOutcome } from '../conversation-store.js';
import { replayWrite } from '../replay-write.js';
import type { Sealing } from '../sealing/sealing.js';
import { encodeFields, type StoredFields } from './codecs/conversation-fields.js';
import { encodeBodies, storedMessages } from './codecs/message-bodies.js';
import { bytesOfBodies, bytesOfFields } from './codecs/quota-bytes.js';
import { recordOfWrite, type WriteRecord } from './codecs/write-record.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { UniqueViolationError } from './connection/statement.errors.js';
import type { Statement } from './connection/statement.js';
import { copyMessages } from './fork-copy.js';
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
import { FORK, FORK_ONCE } from './statements/fork.js';
import { LOAD } from './statements/load.js';
import type { SqlStatement, SqlValue } from './statements/statement.js';

/** What a fork is made of. */
interface Fork {
  readonly source: BranchedConversation;
  readonly spans: readonly Span[];
  readonly forked: BranchedConversation;
  readonly forkedFrom: ForkOrigin;
  readonly record: WriteRecord | undefined;
}

/** Stores new conversations. */
export class PostgresCreation {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly changes: PostgresChanges,
    private readonly messages: PostgresMessages,
    private readonly quota: PostgresQuota,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
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
      const sealing = this.sealing.of(owner, created.id);
      const bodies = encodeBodies(draft.messages, created.createdAt, sealing);
      const record = recordOfWrite(claim, created, bodies.length);
      const fields = encodeFields(sealing, created);
      const bytes = bytesOfFields(fields) + bytesOfBodies(bodies);
      await this.quota.charge(owner, loaded, bytes + (record?.bytes ?? 0));
      const values = {
        ...this.valuesOf(owner, created, fields, bytes, record),
        externalId: fields.externalId,
        bodies: bodies.join('\n'),
      };
      await this.orTaken(
        owner,
        created,
        insert(this.connection.write.bind(this.connection), CREATE, CREATE_ONCE, values, record),
      );
      return {
        conversation: withoutBranches(created),
        messages: storedMessages(draft.messages, created),
        replayed: false,
      };
    });
  }

  /** Copies the messages before there is the conversation that has them: only then others wait for the owner's row. */
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
      const record = recordOfWrite(claim, forked, 0);
      const writing = this.quota.within(owner, loaded, (assertRoom) =>
        this.insertFork(owner, { source, spans, forked, forkedFrom, record }, assertRoom),
      );
      await this.orTaken(owner, forked, writing);
      return { conversation: withoutBranches(forked), messages: [], replayed: false };
    });
  }

  private insertFork(
    owner: Owner,
    { source, spans, forked, forkedFrom, record }: Fork,
    assertRoom: (chargedBytes: number) => void,
  ): Promise<void> {
    const fields = encodeFields(this.sealing.of(owner, forked.id), forked);
    const ownBytes = bytesOfFields(fields);
    const chargedWith = (bytes: number) => ownBytes + bytes + (record?.bytes ?? 0);
    assertRoom(chargedWith(0));
    return this.connection.transaction(async (transaction) => {
      const copied = await copyMessages(
        transaction,
        { owner, source, spans, forkId: forked.id },
        this.sealing,
        (bytes) => assertRoom(chargedWith(bytes)),
      );
      const values = {
        ...this.valuesOf(owner, forked, fields, ownBytes + copied, record),
        sourceId: source.id,
        sourceCreatedAt: source.createdAt,
        forkedFrom: encodeOrigin(forkedFrom),
      };
      await insert(transaction.run.bind(transaction), FORK, FORK_ONCE, values, record);
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

  private valuesOf(
    owner: Owner,
    { id, messageCount, createdAt }: BranchedConversation,
    { title, metadata }: StoredFields,
    bytes: number,
    record: WriteRecord | undefined,
  ) {
    return {
      owner: ownerKey(owner),
      id,
      maxConversations: this.limits.maxConversationsPerUser,
      createdAt,
      title,
      metadata,
      messageCount,
      bytes,
      chargedBytes: bytes + (record?.bytes ?? 0),
    };
  }

  /** Waits for what creates a conversation, whose id may have a row by then. */
  private async orTaken(
    owner: Owner,
    { id }: BranchedConversation,
    writing: Promise<void>,
  ): Promise<void> {
    try {
      await writing;
    } catch (error) {
      throw isOfId(error) ? await this.idIsTaken(owner, id) : error;
    }
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

/** Others have created so many meanwhile that the owner is at the cap, or the source of the fork was deleted. */
async function insert<Parameter extends string>(
  run: (statement: Statement, values: readonly SqlValue[]) => Promise<object[]>,
  plain: SqlStatement<readonly Parameter[]>,
  once: SqlStatement<readonly (Parameter | 'key' | 'record')[]>,
  values: Readonly<Record<Parameter, SqlValue>>,
  record: WriteRecord | undefined,
): Promise<void> {
  const rows = record
    ? await run(once, once.values({ ...values, key: record.key, record: record.record }))
    : await run(plain, plain.values(values));
  if (rows.length === 0) throw changedMeanwhile();
}

/** The id has a row, or another fork has just added messages under it. */
function isOfId(error: unknown): boolean {
  return (
    error instanceof UniqueViolationError &&
    (error.constraint.startsWith('conversations') || error.constraint.startsWith('messages'))
  );
}
