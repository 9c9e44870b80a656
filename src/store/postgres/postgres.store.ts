import { setTimeout as delay } from 'node:timers/promises';
import {
  appendMessages,
  accessConversation,
  updateConversation,
} from '../../domain/conversation-changes.js';
import { assertVersion } from '../../domain/conversation-checks.js';
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
  NewFork,
} from '../../domain/conversation.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import { withoutBranches } from '../../domain/without-branches.js';
import type { JsonValue, WorkingState } from '../../domain/working-state.js';
import type {
  AppendOptions,
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  StoreTiers,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import { assertMessageCount } from '../preconditions.js';
import { replayWrite } from '../replay-write.js';
import { NO_SEALING, type Sealing } from '../sealing/sealing.js';
import { afterWrite } from '../store.errors.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep } from '../turn-store.js';
import { encodeUpdate, type StoredFields } from './codecs/conversation-fields.js';
import { encodeBodies, storedMessages } from './codecs/message-bodies.js';
import { bytesOfBodies, bytesOfFields } from './codecs/quota-bytes.js';
import { recordOfWrite } from './codecs/write-record.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import {
  changedMeanwhile,
  expectConversation,
  PostgresChanges,
  recordOf,
} from './postgres.changes.js';
import { PostgresCreation } from './postgres.creation.js';
import { PostgresListing } from './postgres.listing.js';
import { PostgresMessages } from './postgres.messages.js';
import type { PostgresStoreOptions } from './postgres.options.js';
import { PostgresQuota } from './postgres.quota.js';
import { PostgresRequestCounter } from './postgres.request-counter.js';
import { PostgresState } from './postgres.state.js';
import { PostgresTurns } from './postgres.turns.js';
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
  readonly requestCounter: PostgresRequestCounter;
  private readonly limits: StoreLimits;
  private readonly sealing: Sealing;
  private readonly changes: PostgresChanges;
  private readonly quota: PostgresQuota;
  private readonly listing: PostgresListing;
  private readonly messages: PostgresMessages;
  private readonly state: PostgresState;
  private readonly turns: PostgresTurns;
  private readonly creation: PostgresCreation;

  constructor(
    private readonly connection: PostgresConnection,
    options: StoreLimits & Pick<PostgresStoreOptions, 'timeoutMs' | 'sealing'>,
    /** What runs beside the requests. It ends before the connection does. */
    private readonly background: readonly { stop(): Promise<void> }[] = [],
  ) {
    const { timeoutMs, sealing = NO_SEALING } = options;
    this.limits = options;
    this.requestCounter = new PostgresRequestCounter(connection);
    this.sealing = sealing;
    this.changes = new PostgresChanges(connection, options, timeoutMs, sealing);
    this.quota = new PostgresQuota(connection, options);
    this.listing = new PostgresListing(connection, options, sealing);
    this.messages = new PostgresMessages(connection, options, sealing);
    this.state = new PostgresState(connection, this.changes, this.quota, options, sealing);
    this.turns = new PostgresTurns(
      connection,
      this.changes,
      this.messages,
      this.quota,
      options,
      sealing,
    );
    this.creation = new PostgresCreation(
      connection,
      this.changes,
      this.messages,
      this.quota,
      options,
      sealing,
    );
  }

  async create(
    owner: Owner,
    draft: NewConversation,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(draft.messages, 0);
    return this.creation.create(owner, draft, this.claimOf(owner, idempotency));
  }

  fork(owner: Owner, fork: NewFork, { idempotency }: WriteOptions = {}): Promise<WriteOutcome> {
    return this.creation.fork(owner, fork, this.claimOf(owner, idempotency));
  }

  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.messages.read(owner, id, range);
  }

  async append(
    owner: Owner,
    id: string,
    drafts: readonly NewMessage[],
    { idempotency, parentSeq, supersedes }: AppendOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(drafts, 1);
    const claim = this.claimOf(owner, idempotency);
    return this.changes.run({ owner, id, claim }, LOAD, async (loaded) => {
      const earlier = recordOf(loaded, claim);
      if (earlier) return replayWrite(this.messages, owner, earlier);
      const before = expectConversation(loaded);
      const placement = { count: drafts.length, parentSeq, supersedes };
      const after = appendMessages(before, placement, loaded.now, this.limits);
      const bodies = encodeBodies(drafts, after.updatedAt, this.sealing.of(owner, after.id));
      const addedBytes = bytesOfBodies(bodies);
      const record = recordOfWrite(claim, after, drafts.length);
      const charge = await this.quota.charge(owner, loaded, addedBytes + (record?.bytes ?? 0));
      await this.changes.write(owner, loaded, after, addedBytes, {
        messages: { firstSeq: before.messageCount + 1, bodies: bodies.join('\n') },
        ...(record && {
          record: { key: record.key, record: record.record, now: new Date(loaded.now) },
        }),
        ...charge,
      });
      return {
        conversation: withoutBranches(after),
        messages: storedMessages(drafts, after),
        replayed: false,
      };
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
      const stored = loaded.fields as StoredFields;
      const fields = encodeUpdate(this.sealing.of(owner, after.id), stored, before, after);
      const addedBytes = bytesOfFields(fields) - bytesOfFields(stored);
      const charge = await this.quota.charge(owner, loaded, addedBytes);
      await this.changes.write(owner, loaded, after, addedBytes, {
        fields: {
          ...fields,
          formerTitle: stored.title,
          formerExternalId: stored.externalId,
          formerMetadata: stored.metadata,
        },
        ...charge,
      });
      return withoutBranches(after);
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
      return withoutBranches(after);
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

  advanceTurn(turn: TurnRef, step: TurnStep): Promise<TurnRenewal> {
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

  private claimOf(owner: Owner, claim: IdempotencyClaim | undefined): IdempotencyClaim | undefined {
    return claim && this.sealing.claim(owner, claim);
  }
}
