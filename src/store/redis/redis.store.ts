import {
  METADATA_LIMITS,
  type Conversation,
  type ConversationPatch,
  type NewConversation,
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
  ChangeOptions,
  ConversationStore,
  MessagePage,
  StateOptions,
  WriteOptions,
  WriteOutcome,
} from '../conversation-store.js';
import { decodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import { encodeMessage } from '../codecs/message.codec.js';
import { assertMessageCount } from '../preconditions.js';
import { readAll } from '../read-all.js';
import { toMessage } from '../to-message.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { decodeConversation, encodeFields, encodePatch } from './codecs/conversation.codec.js';
import { encodeClaim } from './codecs/idempotency-claim.codec.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import { QuotaConnection } from './quota-connection.js';
import type { RedisKeys } from './redis.keys.js';
import { RedisListing } from './redis.listing.js';
import { RedisMessages } from './redis.messages.js';
import { SCRIPTS } from './redis.scripts.js';
import { RedisState } from './redis.state.js';
import { RedisTurns } from './redis.turns.js';
import { afterWrite } from '../store.errors.js';
import type { ScriptConnection } from './script-connection.js';

/** Conversations that an erase deletes at a time. */
const ERASE_BATCH = 100;

/** Stores conversations in Redis: every mutation is one script, and the store itself has no state. */
export class RedisConversationStore implements ConversationStore {
  readonly driver = 'redis';
  private readonly redis: QuotaConnection;
  private readonly listing: RedisListing;
  private readonly messages: RedisMessages;
  private readonly state: RedisState;
  private readonly turns: RedisTurns;

  constructor(
    connection: ScriptConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
  ) {
    const redis = new QuotaConnection(connection, keys, limits);
    this.redis = redis;
    this.listing = new RedisListing(redis, keys, limits);
    this.messages = new RedisMessages(redis, keys, limits);
    this.state = new RedisState(redis, keys, limits);
    this.turns = new RedisTurns(redis, keys, limits, this.messages);
  }

  async create(
    owner: Owner,
    conversation: NewConversation,
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages } = conversation;
    assertMessageCount(messages, 0);
    const call = SCRIPTS.create.with(this.keys.of(owner).conversation(id, idempotency?.key), {
      id,
      ttl: this.limits.ttlMs,
      maxConversations: this.limits.maxConversationsPerUser,
      maxMessages: this.limits.maxMessagesPerConversation,
      ownerQuota: this.redis.ownerQuota,
      messages: messages.map(encodeMessage),
      ...encodeClaim(idempotency),
      ...encodeFields(conversation),
    });
    const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
    return this.writeOutcome(owner, { id, messages, idempotency }, reply);
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    { idempotency }: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(messages, 1);
    const { requestHash, recordTtl } = encodeClaim(idempotency);
    const call = SCRIPTS.append.with(this.keys.of(owner).conversation(id, idempotency?.key), {
      id,
      ttl: this.limits.ttlMs,
      maxMessages: this.limits.maxMessagesPerConversation,
      requestHash,
      recordTtl,
      ownerQuota: this.redis.ownerQuota,
      messages: messages.map(encodeMessage),
    });
    const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
    return this.writeOutcome(owner, { id, messages, idempotency }, reply);
  }

  read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    return this.messages.read(owner, id, range);
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    { expectedVersion }: ChangeOptions = {},
  ): Promise<Conversation> {
    const call = SCRIPTS.update.with(this.keys.of(owner).conversation(id), {
      id,
      ttl: this.limits.ttlMs,
      expectedVersion: expectedVersion ?? '',
      maxMetadataKeys: METADATA_LIMITS.keys,
      ownerQuota: this.redis.ownerQuota,
      ...encodePatch(patch),
    });
    const reply = await this.redis.writeWithinQuota(owner, call);
    const [fields] = this.expectOk<[Fields]>(id, reply);
    return decodeConversation(owner, id, fields);
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    const keys = this.keys.of(owner).conversation(id);
    const call = SCRIPTS.delete.with(keys, { id, expectedVersion: expectedVersion ?? '' });
    this.expectOk(id, await this.redis.write(...call));
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
    return decodeConversation(owner, id, fields);
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
    await this.redis.eraseRecords(owner).catch((error: unknown) => {
      throw afterWrite(error);
    });
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

  ping(): Promise<void> {
    return this.redis.ping();
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
    const conversation = decodeConversation(owner, id, fields);
    // The script gave each message the time that it gave the conversation.
    const createdAt = conversation.updatedAt;
    const messages = drafts.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
    return { conversation, messages, replayed: false };
  }

  private async replay(owner: Owner, claim: IdempotencyClaim, text: string): Promise<WriteOutcome> {
    const record = decodeIdempotencyRecord(text);
    assertSameRequest(record, claim);
    try {
      const { conversation, messages } = await readAll(this, owner, record);
      return { conversation, messages, replayed: true };
    } catch (error) {
      throw afterWrite(error);
    }
  }

  private async deleteAll(owner: Owner, ids: readonly string[]): Promise<number> {
    const keys = this.keys.of(owner);
    const replies = await Promise.all(
      ids
        .map((id) => SCRIPTS.delete.with(keys.conversation(id), { id, expectedVersion: '' }))
        .map((call) => this.redis.write(...call)),
    ).catch((error: unknown) => {
      // One delete was refused. The others, and those of earlier batches, may have been applied.
      throw afterWrite(error);
    });
    return replies.filter((reply) => (reply as ScriptReply)[0] === 'OK').length;
  }

  private expectOk<Result extends unknown[]>(id: string, reply: unknown): Result {
    return expectOk<Result>(id, reply, this.limits);
  }
}
