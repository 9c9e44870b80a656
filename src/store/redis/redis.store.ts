import { withBranches } from '../../domain/branches.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
  NewFork,
} from '../../domain/conversation.js';
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { assertSameRequest } from '../../domain/idempotency-record.js';
import type { NewMessage } from '../../domain/message.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
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
import { decodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import { encodeMessage } from '../codecs/message.codec.js';
import { assertMessageCount } from '../preconditions.js';
import { replayWrite } from '../replay-write.js';
import { NO_SEALING, type Sealing } from '../sealing/sealing.js';
import { toMessage } from '../to-message.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep } from '../turn-store.js';
import { decodeConversation, encodeFields, NO_FORK, treeOf } from './codecs/conversation.codec.js';
import { encodeClaim } from './codecs/idempotency-claim.codec.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import { decodeTombstone, type DeleteResult, type Tombstone } from './codecs/tombstone.codec.js';
import type { CreateOptions } from './create-options.js';
import type { OlderMessages } from './older-messages.js';
import { QuotaConnection } from './quota-connection.js';
import { RedisForks } from './redis.forks.js';
import type { RedisKeys } from './redis.keys.js';
import { RedisListing } from './redis.listing.js';
import { RedisMessages } from './redis.messages.js';
import { SCRIPTS } from './redis.scripts.js';
import { RedisRequestCounter } from './redis.request-counter.js';
import { RedisState } from './redis.state.js';
import { RedisTurns } from './redis.turns.js';
import { RedisUpdates } from './redis.updates.js';
import { afterWrite } from '../store.errors.js';
import type { ScriptConnection } from './script-connection.js';

/** Conversations that an erase deletes at a time. */
const ERASE_BATCH = 100;

/** Milliseconds that a tombstone stays in Redis at most: the record behind it is to have it by then. */
const TOMBSTONE_TTL_MS = 30 * 24 * 60 * 60 * 1_000;

/** What a store is given besides its connection. */
export interface RedisStoreParts {
  readonly sealing?: Sealing;
  /** Absent where Redis has all messages: has the messages that Redis no longer has of a conversation that it has. */
  readonly older?: OlderMessages;
  /** Absent where Redis has all conversations: reads what an earlier request has written, wherever it is by now. */
  readonly replayed?: Pick<ConversationStore, 'read'>;
}

/** Stores conversations in Redis: every mutation is one script, and the store itself has no state. */
export class RedisConversationStore implements ConversationStore {
  readonly driver = 'redis';
  readonly requestCounter: RedisRequestCounter;
  private readonly redis: QuotaConnection;
  private readonly sealing: Sealing;
  private readonly replayed: Pick<ConversationStore, 'read'>;
  private readonly listing: RedisListing;
  private readonly messages: RedisMessages;
  private readonly updates: RedisUpdates;
  private readonly state: RedisState;
  private readonly turns: RedisTurns;
  private readonly forks: RedisForks;

  constructor(
    connection: ScriptConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    { sealing = NO_SEALING, older, replayed = this }: RedisStoreParts = {},
  ) {
    this.replayed = replayed;
    this.sealing = sealing;
    const redis = new QuotaConnection(connection, keys, limits);
    this.redis = redis;
    this.requestCounter = new RedisRequestCounter(connection, keys);
    this.listing = new RedisListing(redis, keys, limits, sealing);
    this.messages = new RedisMessages(redis, keys, limits, sealing, older);
    this.updates = new RedisUpdates(redis, keys, limits, sealing);
    this.state = new RedisState(redis, keys, limits, sealing);
    this.turns = new RedisTurns(redis, keys, limits, sealing, this.messages);
    this.forks = new RedisForks(redis, keys, limits, sealing, this.messages);
  }

  async create(
    owner: Owner,
    conversation: NewConversation,
    { idempotency: requested, counted, firstRevision }: CreateOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages } = conversation;
    assertMessageCount(messages, 0);
    const sealing = this.sealing.of(owner, id);
    const idempotency = requested && this.sealing.claim(owner, requested);
    const call = SCRIPTS.create.with(this.keys.of(owner).conversation(id, idempotency?.key), {
      id,
      ttl: this.limits.ttlMs,
      maxConversations: this.limits.maxConversationsPerUser,
      maxMessages: this.limits.maxMessagesPerConversation,
      savedConversations: counted?.saved ?? '',
      unsavedConversations: counted?.unsaved ?? 0,
      firstRevision: firstRevision ?? 1,
      ownerQuota: this.redis.ownerQuota,
      messages: messages.map((message) => encodeMessage(message, sealing)),
      ...encodeClaim(idempotency),
      ...encodeFields(conversation, sealing),
      ...NO_FORK,
    });
    const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
    return this.writeOutcome(owner, { id, messages, idempotency }, reply);
  }

  async fork(owner: Owner, fork: NewFork, options: CreateOptions = {}): Promise<WriteOutcome> {
    const { idempotency: requested, counted, firstRevision } = options;
    const idempotency = requested && this.sealing.claim(owner, requested);
    const creation = { idempotency, counted, firstRevision };
    const reply = await this.forks.fork(owner, fork, creation);
    return this.writeOutcome(owner, { id: fork.id, messages: [], idempotency }, reply);
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    { idempotency: requested, parentSeq, supersedes }: AppendOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(messages, 1);
    const sealing = this.sealing.of(owner, id);
    const idempotency = requested && this.sealing.claim(owner, requested);
    const { requestHash, recordTtl, idempotencyKey } = encodeClaim(idempotency);
    const call = SCRIPTS.append.with(this.keys.of(owner).conversation(id, idempotency?.key), {
      id,
      ttl: this.limits.ttlMs,
      maxMessages: this.limits.maxMessagesPerConversation,
      requestHash,
      recordTtl,
      idempotencyKey,
      ownerQuota: this.redis.ownerQuota,
      parentSeq: parentSeq ?? '',
      supersedes: supersedes ?? '',
      messages: messages.map((message) => encodeMessage(message, sealing)),
    });
    const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
    return this.writeOutcome(owner, { id, messages, idempotency }, reply);
  }

  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.messages.read(owner, id, range);
  }

  update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options: ChangeOptions = {},
  ): Promise<Conversation> {
    return this.updates.update(owner, id, patch, options);
  }

  async delete(owner: Owner, id: string, options?: ChangeOptions): Promise<void> {
    this.expectOk(id, await this.deleteOne(owner, id, options));
  }

  /**
   * Deletes as {@link delete} does, where a record lies behind Redis: it is to have the tombstone, too.
   * @throws ConversationNotFoundError when it is not in Redis, VersionConflictError
   */
  async deleteHot(owner: Owner, id: string, options?: ChangeOptions): Promise<Tombstone> {
    const reply = await this.deleteOne(owner, id, options);
    return decodeTombstone(this.expectOk<DeleteResult>(id, reply));
  }

  list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    return this.listing.page(owner, query);
  }

  listIds(owner: Owner): Promise<readonly string[]> {
    return this.listing.ids(owner);
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    const keys = this.keys.of(owner).conversation(id);
    const call = SCRIPTS.touch.with(keys, { id, ttl: this.limits.ttlMs });
    const [fields] = this.expectOk<[Fields]>(id, await this.redis.writeUnreplicated(...call));
    return decodeConversation(owner, id, fields, this.sealing.of(owner, id));
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
    const ids = await this.listIds(owner);
    let erased = 0;
    for (let start = 0; start < ids.length; start += ERASE_BATCH) {
      erased += await this.deleteAll(owner, ids.slice(start, start + ERASE_BATCH));
    }
    await this.eraseRecords(owner).catch((error: unknown) => {
      throw afterWrite(error);
    });
    return erased;
  }

  /** Deletes the idempotency records of an owner, where a quota lists them: elsewhere they expire. */
  eraseRecords(owner: Owner): Promise<void> {
    return this.redis.eraseRecords(owner);
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
    await this.redis.ping();
    return {};
  }

  async close(): Promise<void> {
    this.redis.close();
  }

  /** The end of both writes that take messages: the outcome, or the first one of the idempotency key. */
  private async writeOutcome(
    owner: Owner,
    { id, messages: drafts, idempotency }: Pick<NewConversation, 'id' | 'messages'> & WriteOptions,
    reply: ScriptReply,
  ): Promise<WriteOutcome> {
    if (idempotency && reply[0] === 'REPLAYED') {
      return this.replay(owner, idempotency, reply[1] as string);
    }
    const [firstSeq, fields] = this.expectOk<[number, Fields]>(id, reply);
    const conversation = decodeConversation(owner, id, fields, this.sealing.of(owner, id));
    // The script gave each message the time that it gave the conversation.
    const createdAt = conversation.updatedAt;
    const messages = drafts.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
    const tree = treeOf(conversation, fields);
    return { conversation, messages: withBranches(messages, tree), replayed: false };
  }

  private async replay(owner: Owner, claim: IdempotencyClaim, text: string): Promise<WriteOutcome> {
    const record = decodeIdempotencyRecord(text);
    assertSameRequest(record, claim);
    return replayWrite(this.replayed, owner, record);
  }

  private deleteOne(
    owner: Owner,
    id: string,
    { expectedVersion }: ChangeOptions = {},
  ): Promise<unknown> {
    const call = SCRIPTS.delete.with(this.keys.of(owner).conversation(id), {
      id,
      expectedVersion: expectedVersion ?? '',
      tombstoneTtl: TOMBSTONE_TTL_MS,
    });
    return this.redis.write(...call);
  }

  private async deleteAll(owner: Owner, ids: readonly string[]): Promise<number> {
    const replies = await Promise.all(ids.map((id) => this.deleteOne(owner, id))).catch(
      (error: unknown) => {
        // One delete was refused. The others, and those of earlier batches, may have been applied.
        throw afterWrite(error);
      },
    );
    return replies.filter((reply) => (reply as ScriptReply)[0] === 'OK').length;
  }

  private expectOk<Result extends unknown[]>(id: string, reply: unknown): Result {
    return expectOk<Result>(id, reply, this.limits);
  }
}
