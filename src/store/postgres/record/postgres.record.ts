import type { ConversationPage, ListQuery } from '../../../domain/conversation-list.js';
import type { MessageRange } from '../../../domain/message-range.js';
import { ownerKey } from '../../../domain/owner-key.js';
import type { Owner } from '../../../domain/owner.js';
import type { StoreLimits } from '../../../domain/store-limits.js';
import type { WorkingState } from '../../../domain/working-state.js';
import type { MessagePage } from '../../conversation-store.js';
import { NO_SEALING, type Sealing } from '../../sealing/sealing.js';
import type { Snapshot } from '../../snapshot.js';
import type { PostgresConnection } from '../connection/postgres-connection.js';
import { PostgresListing } from '../postgres.listing.js';
import { PostgresMessages } from '../postgres.messages.js';
import type { PostgresStoreOptions } from '../postgres.options.js';
import { readState } from '../read-state.js';
import { ERASE_REST } from '../statements/erase.js';
import { FlushNumbers, type FlushNumber, type NumberedDelete } from './flush-numbers.js';
import {
  loadConversation,
  type Deleted,
  type LoadedConversation,
  type Tail,
} from './load-conversation.js';
import { RecordBurial, type Burial } from './record.burial.js';
import { RecordLookup, type LivingConversation, type StoredRecord } from './record.lookup.js';
import { RecordSaving } from './record.saving.js';
import type { SaveResult } from './save-verdict.js';

/**
 * The tables below a Redis that has what is in use: the record of every conversation. It stores what it is
 * given where that is newer, and makes no change of its own. Each method throws StoreUnavailableError.
 */
export class PostgresRecord {
  private readonly numbers: FlushNumbers;
  private readonly saving: RecordSaving;
  private readonly burial: RecordBurial;
  private readonly lookup: RecordLookup;
  private readonly messages: PostgresMessages;
  private readonly olderMessages: PostgresMessages;
  private readonly listing: PostgresListing;
  private readonly sealing: Sealing;

  constructor(
    private readonly connection: PostgresConnection,
    private readonly limits: StoreLimits & Pick<PostgresStoreOptions, 'sealing'>,
  ) {
    const { sealing = NO_SEALING } = limits;
    this.sealing = sealing;
    this.numbers = new FlushNumbers(connection);
    this.saving = new RecordSaving(connection);
    this.burial = new RecordBurial(connection);
    this.lookup = new RecordLookup(connection, limits);
    this.messages = new PostgresMessages(connection, limits, sealing);
    this.olderMessages = new PostgresMessages(connection, { ...limits, ttlMs: null }, sealing);
    this.listing = new PostgresListing(connection, limits, sealing);
  }

  /** Whether PostgreSQL does not answer: every call is refused at once then. */
  get isAway(): boolean {
    return this.connection.isAway;
  }

  /** @throws StoreUnavailableError when PostgreSQL is known not to answer */
  assertAnswers(): void {
    this.connection.assertAnswers();
  }

  /** The number of the last flush of each partition that had one. */
  flushNumbers(): Promise<ReadonlyMap<number, number>> {
    return this.numbers.read();
  }

  /**
   * Makes all flushes of a partition fail that have begun by now: raises its number by a million, if that is
   * still `seen`. A partition without a flush has number 0.
   * @returns the new number, or undefined when the number is another one
   */
  fence(partition: number, seen: number): Promise<number | undefined> {
    return this.numbers.fence(partition, seen);
  }

  /**
   * Saves snapshots in one transaction, each conversation at most once, and returns a result for each.
   * @param numbers of this flush, of every partition that a snapshot is of
   */
  save(
    numbers: ReadonlyMap<number, FlushNumber>,
    snapshots: readonly Snapshot[],
  ): Promise<SaveResult[]> {
    return this.saving.save(numbers, snapshots);
  }

  /**
   * The conversation with its last messages. Undefined: there is none, or it has expired.
   * @throws ConversationDamagedError
   */
  load(owner: Owner, id: string, tail: Tail): Promise<LoadedConversation | Deleted | undefined> {
    return loadConversation(this.connection, this.limits, owner, id, tail);
  }

  /** The revision of each, in order. A conversation that has expired has one, until the purge deletes it. */
  revisions(
    ids: readonly { readonly owner: Owner; readonly id: string }[],
  ): Promise<(number | Deleted | undefined)[]> {
    return this.lookup.revisions(ids);
  }

  /**
   * Leaves tombstones, also of ids that have no row, where the stored revision is lower. Saves the records
   * in any case.
   * @param number of the latest of these deletes
   */
  bury(owner: Owner, burials: readonly Burial[], number?: NumberedDelete): Promise<void> {
    return this.burial.bury(owner, burials, number);
  }

  /** The number of the last delete of each partition that had one. */
  deleteNumbers(): Promise<ReadonlyMap<number, number>> {
    return this.numbers.readDeletes();
  }

  /** Notes that the record has all deletes of a partition up to a number. */
  raiseDeletes(deletes: NumberedDelete): Promise<void> {
    return this.numbers.raiseDeletes(deletes);
  }

  /** All conversations of an owner, also those that have expired. */
  living(owner: Owner): Promise<LivingConversation[]> {
    return this.lookup.living(owner);
  }

  /** The idempotency record under a key, whatever its age. */
  findRecord(owner: Owner, key: string): Promise<StoredRecord | undefined> {
    return this.lookup.findRecord(owner, key);
  }

  /** Deletes the idempotency records of an owner, and what is counted of one that has no conversations. */
  async eraseRecords(owner: Owner): Promise<void> {
    await this.connection.write(ERASE_REST, ERASE_REST.values({ owner: ownerKey(owner) }));
  }

  /** How many conversations an owner has. */
  conversationCount(owner: Owner): Promise<number> {
    return this.lookup.conversationCount(owner);
  }

  /** The bytes of an owner's conversations, as they are counted here. */
  bytesOf(owner: Owner): Promise<number> {
    return this.lookup.bytesOf(owner);
  }

  /**
   * Reads messages of a conversation, also when its row has expired: Redis may know of a later access, and of more
   * branches. So the messages have no `parentSeq` and no `siblings`.
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  readOlder(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.olderMessages.readBare(owner, id, range);
  }

  /** @throws ConversationNotFoundError, ConversationDamagedError */
  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.messages.read(owner, id, range);
  }

  list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    return this.listing.page(owner, query);
  }

  /** @throws ConversationNotFoundError, ConversationDamagedError */
  getState(owner: Owner, id: string): Promise<WorkingState> {
    return readState(this.connection, this.limits, this.sealing, owner, id);
  }

  /** Why PostgreSQL cannot be used, for the operator; undefined when it can be, or nobody knows. */
  get diagnosis(): string | undefined {
    return this.connection.diagnosis;
  }

  ping(): Promise<void> {
    return this.connection.ping();
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
