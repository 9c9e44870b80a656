import { isAccessDue } from '../../domain/access.js';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
} from '../../domain/conversation.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
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
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import type { MessageRange } from '../../domain/message-range.js';
import { ConversationDamagedError } from '../store.errors.js';
import {
  ConversationNotFoundError,
  IdempotencyMismatchError,
} from '../../domain/conversation.errors.js';
import { parseStoredJson } from '../stored-json.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { assertMessageCount, assertRange } from '../preconditions.js';
import { toMessage } from '../to-message.js';
import { encodeState } from '../working-state.codec.js';
import { decodeConversation } from './codecs/conversation.codec.js';
import { decodeMessage } from './codecs/message.codec.js';
import { createRedisClient } from './connection/redis-client.js';
import { RedisConnection } from './connection/redis-connection.js';
import { afterWrite } from './connection/redis.errors.js';
import { OwnerKeys } from './redis.keys.js';
import { RedisListing } from './redis.listing.js';
import type { RedisStoreOptions } from './connection/redis.options.js';
import { replicatedWrites } from './connection/replication.js';
import { SCRIPTS } from './redis.scripts.js';
import { RedisTurns } from './redis.turns.js';
import { appendArguments, createArguments, updateArguments } from './codecs/script-arguments.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import { decodeIdempotencyRecord } from './codecs/idempotency-record.codec.js';

/** Conversations that an erase deletes at a time. */
const ERASE_BATCH = 100;

/** Keeps conversations in Redis: every mutation is one script, and the store has no state. */
export class RedisConversationStore implements ConversationStore {
  readonly driver = 'redis';
  /** As long as the caller is remembered by whoever asks. */
  private readonly keysOfOwners = new WeakMap<Owner, OwnerKeys>();

  private constructor(
    private readonly options: RedisStoreOptions,
    private readonly redis: RedisConnection,
  ) {}

  /** A store that is connected, or trying to when Redis is away. */
  static async open(options: RedisStoreOptions): Promise<RedisConversationStore> {
    const redis = new RedisConnection(createRedisClient(options), replicatedWrites(options));
    await redis.connect();
    return new RedisConversationStore(options, redis);
  }

  async create(
    owner: Owner,
    conversation: NewConversation,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    const { id, messages } = conversation;
    assertMessageCount(messages, 0);
    const ofOwner = this.keys(owner);
    const keys = ofOwner.once(ofOwner.forConversation(id), options.idempotency);
    const args = createArguments(conversation, options, this.options);
    const reply = await this.redis.write(SCRIPTS.create, keys, args);
    return this.writeOutcome(owner, id, messages, options, reply as ScriptReply);
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    assertMessageCount(messages, 1);
    const ofOwner = this.keys(owner);
    const keys = ofOwner.once(ofOwner.forAppending(id), options.idempotency);
    const args = appendArguments(id, messages, options, this.options);
    const reply = await this.redis.write(SCRIPTS.append, keys, args);
    return this.writeOutcome(owner, id, messages, options, reply as ScriptReply);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    const { limit, from } = range;
    const keys = this.keys(owner).forReading(id);
    const [direction, seq] =
      from === 'end'
        ? ['end', 0]
        : 'after' in from
          ? ['after', from.after]
          : ['before', from.before];
    const reply = await this.redis.read(SCRIPTS.read, keys, [direction, seq, limit] as const);
    const [now, first, fields, elements] = this.expectOk<[number, number, Fields, string[]]>(
      id,
      reply,
    );
    const conversation = decodeConversation(owner, id, fields);
    const messages = elements.map((element, i) => decodeMessage(id, first + i, element));
    const next = first + messages.length;
    const hasMore = direction === 'after' ? next <= conversation.messageCount : first > 1;
    const accessDue = isAccessDue(conversation, now, this.options.ttlMs);
    return { conversation, messages, hasMore, accessDue };
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options: ChangeOptions = {},
  ): Promise<Conversation> {
    const keys = this.keys(owner).forConversation(id);
    const args = updateArguments(id, patch, options, this.options);
    const reply = await this.redis.write(SCRIPTS.update, keys, args);
    const [fields] = this.expectOk<[Fields]>(id, reply);
    return decodeConversation(owner, id, fields);
  }

  async delete(owner: Owner, id: string, { expectedVersion }: ChangeOptions = {}): Promise<void> {
    const keys = this.keys(owner).forTurn(id);
    const reply = await this.redis.write(SCRIPTS.delete, keys, [id, expectedVersion ?? '']);
    this.expectOk(id, reply);
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    return new RedisListing(this.redis, owner, this.keys(owner)).page(query);
  }

  async listIds(owner: Owner): Promise<readonly string[]> {
    return (await this.redis.read(SCRIPTS.listIds, this.keys(owner).forListing(), [])) as string[];
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    const keys = this.keys(owner).forConversation(id);
    const reply = await this.redis.writeUnreplicated(SCRIPTS.touch, keys, [id, this.options.ttlMs]);
    const [fields] = this.expectOk<[Fields]>(id, reply);
    return decodeConversation(owner, id, fields);
  }

  async getState(owner: Owner, id: string): Promise<WorkingState> {
    const key = this.keys(owner).conversation(id);
    const names = ['head', 'state', 'stateVersion'];
    const reply = await this.redis.read(SCRIPTS.readHashes, [key], names);
    const [[head, state, version]] = reply as [(string | null)[]];
    if (head == null) throw new ConversationNotFoundError();
    try {
      return {
        value: parseStoredJson(state ?? 'null') as JsonValue,
        version: Number(version ?? 0),
      };
    } catch (cause) {
      throw new ConversationDamagedError(id, 'Its working state cannot be read.', { cause });
    }
  }

  async putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    { turnId }: StateOptions = {},
  ): Promise<number> {
    const reply = await this.redis.write(SCRIPTS.putState, this.keys(owner).forTurn(id), [
      id,
      this.options.ttlMs,
      expectedVersion,
      encodeState(value),
      turnId ?? '',
    ]);
    const [version] = this.expectOk<[number]>(id, reply);
    return version;
  }

  async erase(owner: Owner): Promise<number> {
    const ids = await this.listIds(owner);
    let erased = 0;
    for (let start = 0; start < ids.length; start += ERASE_BATCH) {
      erased += await this.deleteAll(owner, ids.slice(start, start + ERASE_BATCH));
    }
    return erased;
  }

  beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    return this.turns(owner, conversationId).begin(turn);
  }

  advanceTurn(
    { owner, conversationId, turnId }: TurnRef,
    step: TurnStep,
  ): Promise<{ cancelRequested: boolean }> {
    return this.turns(owner, conversationId).advance(turnId, step);
  }

  endTurn({ owner, conversationId, turnId }: TurnRef, ending: TurnEnding): Promise<TurnOutcome> {
    return this.turns(owner, conversationId).end(turnId, ending);
  }

  readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    return this.turns(owner, conversationId).read(query);
  }

  cancelTurn({ owner, conversationId, turnId }: TurnRef): Promise<void> {
    return this.turns(owner, conversationId).cancel(turnId);
  }

  async ping(): Promise<void> {
    await this.redis.ping();
  }

  async close(): Promise<void> {
    this.redis.close();
  }

  private keys(owner: Owner): OwnerKeys {
    let keys = this.keysOfOwners.get(owner);
    if (!keys) this.keysOfOwners.set(owner, (keys = new OwnerKeys(this.options.keyPrefix, owner)));
    return keys;
  }

  private turns(owner: Owner, conversationId: string): RedisTurns {
    return new RedisTurns(this.redis, this.keys(owner), { owner, conversationId }, this.options);
  }

  /** The end of both writes that take messages: the outcome, or what was remembered of the first. */
  private async writeOutcome(
    owner: Owner,
    id: string,
    drafts: readonly NewMessage[],
    { idempotency }: WriteOptions,
    reply: ScriptReply,
  ): Promise<WriteOutcome> {
    if (idempotency && reply[0] === 'REMEMBERED') {
      return this.replay(owner, idempotency.requestHash, reply[1] as string);
    }
    const [firstSeq, fields] = this.expectOk<[number, Fields]>(id, reply);
    const conversation = decodeConversation(owner, id, fields);
    // The script gave each message the time that it gave the conversation.
    const createdAt = conversation.updatedAt;
    const messages = drafts.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
    return { conversation, messages, replayed: false };
  }

  private async replay(owner: Owner, requestHash: string, outcome: string): Promise<WriteOutcome> {
    const write = decodeIdempotencyRecord(outcome);
    if (write.requestHash !== requestHash) throw new IdempotencyMismatchError();
    const range = { limit: write.messageCount, from: { after: write.firstSeq - 1 } };
    try {
      const { conversation, messages } = await this.read(owner, write.id, range);
      return { conversation, messages, replayed: true };
    } catch (error) {
      throw afterWrite(error);
    }
  }

  private async deleteAll(owner: Owner, ids: readonly string[]): Promise<number> {
    const keys = this.keys(owner);
    const replies = await Promise.all(
      ids.map((id) => this.redis.write(SCRIPTS.delete, keys.forTurn(id), [id, ''])),
    ).catch((error: unknown) => {
      // One was refused; the others have perhaps been deleted, and so have those before them.
      throw afterWrite(error);
    });
    return replies.filter((reply) => (reply as ScriptReply)[0] === 'OK').length;
  }

  private expectOk<Result extends unknown[]>(id: string, reply: unknown): Result {
    return expectOk<Result>(id, reply as ScriptReply, this.options);
  }
}
