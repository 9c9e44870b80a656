import { setTimeout as delay } from 'node:timers/promises';
import {
  appendMessages,
  accessConversation,
  createConversation,
  updateConversation,
} from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import {
  ConversationExistsError,
  ConversationNotFoundError,
  TooManyConversationsError,
} from '../../domain/conversation.errors.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../domain/conversation.js';
import { recordWrite, type IdempotencyRecord } from '../../domain/idempotency-record.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import { encodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import type {
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  StoreTiers,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import { assertMessageCount } from '../preconditions.js';
import { readAll } from '../read-all.js';
import { afterWrite } from '../store.errors.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { encodeBodies, storedMessages } from './codecs/message-bodies.js';
import { bytesOfBodies, bytesOfConversation, bytesOfRecord } from './codecs/quota-bytes.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import { UniqueViolationError } from './connection/statement.errors.js';
import {
  changedMeanwhile,
  expectConversation,
  PostgresChanges,
  recordOf,
  type Loaded,
} from './postgres.changes.js';
import { PostgresListing } from './postgres.listing.js';
import { PostgresMessages } from './postgres.messages.js';
import type { PostgresStoreOptions } from './postgres.options.js';
import { PostgresQuota } from './postgres.quota.js';
import { PostgresState } from './postgres.state.js';
import { PostgresTurns } from './postgres.turns.js';
import { CREATE, CREATE_ONCE, DELETE_TOMBSTONE } from './statements/create.js';
import { DELETE, ERASE, ERASE_REST } from './statements/erase.js';
import { LOAD } from './statements/load.js';

/** Milliseconds that the end of the service waits for a purge or a migration. */
const STOP_MS = 1_000;

interface ErasedRow {
  readonly until: Date;
  readonly victims: number;
  readonly deleted: number;
}

/** Stores conversations in PostgreSQL: every mutation is written by one statement. */
export class PostgresConversationStore implements ConversationStore {
  readonly driver = 'postgres';
  private readonly limits: StoreLimits;
  private readonly changes: PostgresChanges;
  private readonly quota: PostgresQuota;
  private readonly listing: PostgresListing;
  private readonly messages: PostgresMessages;
  private readonly state: PostgresState;
  private readonly turns: PostgresTurns;

  constructor(
    private readonly connection: PostgresConnection,
    options: StoreLimits & Pick<PostgresStoreOptions, 'timeoutMs'>,
    /** What runs beside the requests. It ends before the connection does. */
    private readonly background: readonly { stop(): Promise<void> }[] = [],
  ) {
    this.limits = options;
    this.changes = new PostgresChanges(connection, options, options.timeoutMs);
    this.quota = new PostgresQuota(connection, options);
    this.listing = new PostgresListing(connection, options);
    this.messages = new PostgresMessages(connection, options);
    this.state = new PostgresState(connection, this.changes, this.quota, options);
    this.turns = new PostgresTurns(connection, this.changes, this.messages, this.quota, options);
  }

  async create(
    owner: Owner,
    draft: NewConversation,
    { idempotency: claim }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages: drafts } = draft;
    assertMessageCount(drafts, 0);
    return this.changes.run({ owner, id, claim }, LOAD, async (loaded) => {
      const record = recordOf(loaded, claim);
      if (record) return this.replay(owner, record);
      const existing = {
        hasId: loaded.conversation !== undefined,
        count: loaded.ownerConversations,
      };
      const created = await this.withRoom(owner, () =>
        createConversation(owner, draft, existing, loaded.now, this.limits),
      );
      await this.insert(owner, created, drafts, claim, loaded);
      return {
        conversation: created,
        messages: storedMessages(drafts, created),
        replayed: false,
      };
    });
  }

  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.messages.read(owner, id, range);
  }

  async append(
    owner: Owner,
    id: string,
    drafts: readonly NewMessage[],
    { idempotency: claim }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(drafts, 1);
    return this.changes.run({ owner, id, claim }, LOAD, async (loaded) => {
      const earlier = recordOf(loaded, claim);
      if (earlier) return this.replay(owner, earlier);
      const before = expectConversation(loaded);
      const after = appendMessages(before, drafts.length, loaded.now, this.limits);
      const bodies = encodeBodies(drafts, after.updatedAt);
      const addedBytes = bytesOfBodies(bodies);
      const record = encodeRecord(claim, after, drafts.length);
      const charge = await this.quota.charge(owner, loaded, addedBytes + bytesOf(claim, record));
      await this.changes.write(owner, loaded, after, addedBytes, {
        messages: { firstSeq: before.messageCount + 1, bodies: bodies.join('\n') },
        ...(claim && { record: { key: claim.key, record, now: new Date(loaded.now) } }),
        ...charge,
      });
      return { conversation: after, messages: storedMessages(drafts, after), replayed: false };
    });
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions = {},
  ): Promise<Conversation> {
    return this.changes.run({ owner, id }, LOAD, async (loaded) => {
      const before = expectConversation(loaded);
      const { ttlMs } = this.limits;
      const after = updateConversation(before, patch, expectedVersion, loaded.now, ttlMs);
      const addedBytes = bytesOfConversation(after) - bytesOfConversation(before);
      const charge = await this.quota.charge(owner, loaded, addedBytes);
      await this.changes.write(owner, loaded, after, addedBytes, {
        fields: encodeFields(after),
        ...charge,
      });
      return after;
    });
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    return this.changes.run({ owner, id }, LOAD, async (loaded) => {
      // Not the whole conversation: a damaged one can be deleted, too.
      if (loaded.version === undefined) throw new ConversationNotFoundError();
      assertVersion(loaded.version, expectedVersion);
      const values = DELETE.values({ owner: ownerKey(owner), id, revision: loaded.revision });
      const rows = await this.connection.write(DELETE, values);
      if (rows.length === 0) throw changedMeanwhile();
    });
  }

  list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    return this.listing.page(owner, query);
  }

  listIds(owner: Owner): Promise<readonly string[]> {
    return this.listing.ids(owner);
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    return this.changes.run({ owner, id }, LOAD, async (loaded) => {
      const after = accessConversation(expectConversation(loaded), loaded.now, this.limits.ttlMs);
      await this.changes.write(owner, loaded, after, 0, {});
      return after;
    });
  }

  getState(owner: Owner, id: string): Promise<WorkingState> {
    return this.state.get(owner, id);
  }

  putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    options: StateOptions = {},
  ): Promise<number> {
    return this.state.put(owner, id, value, expectedVersion, options);
  }

  async erase(owner: Owner): Promise<number> {
    const { ttlMs } = this.limits;
    let erased = 0;
    let until: Date | null = null;
    try {
      for (let victims = 1; victims > 0;) {
        const values = { owner: ownerKey(owner), until, ttlMs };
        const [row] = await this.connection.write<ErasedRow>(ERASE, ERASE.values(values));
        ({ until, victims } = row as ErasedRow);
        erased += (row as ErasedRow).deleted;
      }
      await this.connection.write(ERASE_REST, ERASE_REST.values({ owner: ownerKey(owner) }));
    } catch (error) {
      throw erased > 0 ? afterWrite(error) : error;
    }
    return erased;
  }

  beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    return this.turns.beginTurn(owner, conversationId, turn);
  }

  advanceTurn(turn: TurnRef, step: TurnStep): Promise<{ cancelRequested: boolean }> {
    return this.turns.advanceTurn(turn, step);
  }

  endTurn(turn: TurnRef, ending: TurnEnding): Promise<TurnOutcome> {
    return this.turns.endTurn(turn, ending);
  }

  readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    return this.turns.readTurn(owner, conversationId, query);
  }

  cancelTurn(turn: TurnRef): Promise<void> {
    return this.turns.cancelTurn(turn);
  }

  async flush(): Promise<number> {
    return 0;
  }

  async ping(): Promise<StoreTiers> {
    await this.connection.ping();
    return {};
  }

  async close(): Promise<void> {
    const stopped = Promise.all(this.background.map((task) => task.stop()));
    await Promise.race([stopped, delay(STOP_MS, undefined, { ref: false })]);
    await this.connection.close();
  }

  private async insert(
    owner: Owner,
    created: Conversation,
    drafts: readonly NewMessage[],
    claim: IdempotencyClaim | undefined,
    loaded: Loaded,
  ): Promise<void> {
    const bodies = encodeBodies(drafts, created.createdAt);
    const bytes = bytesOfConversation(created) + bytesOfBodies(bodies);
    const record = encodeRecord(claim, created, drafts.length);
    const chargedBytes = bytes + bytesOf(claim, record);
    await this.quota.charge(owner, loaded, chargedBytes);
    const values = {
      owner: ownerKey(owner),
      id: created.id,
      maxConversations: this.limits.maxConversationsPerUser,
      createdAt: created.createdAt,
      ...encodeFields(created),
      messageCount: created.messageCount,
      bytes,
      chargedBytes,
      bodies: bodies.join('\n'),
    };
    const rows = await (
      claim
        ? this.connection.write(
            CREATE_ONCE,
            CREATE_ONCE.values({ ...values, key: claim.key, record }),
          )
        : this.connection.write(CREATE, CREATE.values(values))
    ).catch(async (error: unknown) => {
      const isId =
        error instanceof UniqueViolationError && error.constraint.startsWith('conversations');
      throw isId ? await this.idIsTaken(owner, created.id) : error;
    });
    // Others have created so many meanwhile that the owner is at the cap.
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

  private async replay(owner: Owner, record: IdempotencyRecord): Promise<WriteOutcome> {
    try {
      return { ...(await readAll(this, owner, record)), replayed: true };
    } catch (error) {
      throw afterWrite(error);
    }
  }
}

function encodeFields({ title, externalId, metadata }: Conversation): {
  title: string | null;
  externalId: string | null;
  metadata: string;
} {
  return {
    title: title ?? null,
    externalId: externalId ?? null,
    metadata: JSON.stringify(metadata),
  };
}

/** The record of a write without a claim is empty, and not stored. */
function encodeRecord(
  claim: IdempotencyClaim | undefined,
  after: Conversation,
  messageCount: number,
): string {
  return claim ? encodeIdempotencyRecord(recordWrite(claim, after, messageCount)) : '';
}

function bytesOf(claim: IdempotencyClaim | undefined, record: string): number {
  return claim ? bytesOfRecord(claim.key, record) : 0;
}
