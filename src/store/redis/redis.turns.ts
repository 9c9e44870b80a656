import { withBranches } from '../../domain/branches.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import { assertSameRequest } from '../../domain/idempotency-record.js';
import type { Message } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { recallTurn } from '../../domain/turn-record.js';
import {
  MAX_QUEUED_TURNS,
  TURN_RETENTION_MS,
  type NewTurn,
  type Turn,
  type TurnBeginning,
  type TurnEnding,
  type TurnPage,
  type TurnRef,
} from '../../domain/turn.js';
import { pageOfEvents } from '../codecs/event-batch.codec.js';
import { decodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import { decodeMessage, encodeMessage } from '../codecs/message.codec.js';
import { openBatches } from '../codecs/sealed-batch.codec.js';
import { assertEvents, assertMessageCount, assertTurnQuery } from '../preconditions.js';
import { readAll } from '../read-all.js';
import type { Sealing } from '../sealing/sealing.js';
import { toMessage } from '../to-message.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep, TurnStore } from '../turn-store.js';
import { decodeConversation, treeOf } from './codecs/conversation.codec.js';
import { encodeClaim } from './codecs/idempotency-claim.codec.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import { encodeEvents, toBatches } from './codecs/turn-events.codec.js';
import { decodeTurn, encodeInput } from './codecs/turn.codec.js';
import { afterWrite } from '../store.errors.js';
import type { QuotaConnection } from './quota-connection.js';
import type { RedisKeys } from './redis.keys.js';
import type { RedisMessages } from './redis.messages.js';
import { SCRIPTS } from './redis.scripts.js';

/** The result of end-turn.lua. */
type EndResult = [turn: Fields, fields: Fields, outcome: 'ended' | 'continued' | 'known'];

/** Turns in Redis. */
export class RedisTurns implements TurnStore {
  constructor(
    private readonly redis: QuotaConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    private readonly sealing: Sealing,
    private readonly messages: RedisMessages,
  ) {}

  async beginTurn(owner: Owner, conversationId: string, turn: NewTurn): Promise<TurnBeginning> {
    const { id: turnId, input, onConflict, leaseMs } = turn;
    const sealing = this.sealing.of(owner, conversationId);
    const idempotency = turn.idempotency && this.sealing.claim(owner, turn.idempotency);
    const keys = this.keys.of(owner).conversation(conversationId, idempotency?.key);
    const call = SCRIPTS.beginTurn.with(keys, {
      id: conversationId,
      ttl: this.limits.ttlMs,
      maxMessages: this.limits.maxMessagesPerConversation,
      turnId,
      lease: leaseMs,
      onConflict,
      maxQueued: MAX_QUEUED_TURNS,
      turnRetention: this.turnRetention,
      ...encodeInput(input, sealing),
      ownerQuota: this.redis.ownerQuota,
      ...encodeClaim(idempotency),
      formerHashes: (idempotency?.formerHashes ?? []).map((hash) => `${hash} `).join(''),
    });
    const reply = (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
    if (reply[0] === 'QUEUED') return { outcome: 'queued' };
    if (idempotency && reply[0] === 'REPLAYED') {
      return { outcome: 'replayed', turn: replayedTurn(reply, conversationId, idempotency) };
    }
    const result = this.expectOk<[Fields, Fields, string | null]>(conversationId, reply);
    const [turnFields, fields, element] = result;
    const begun = decodeTurn(conversationId, turnFields);
    const conversation = decodeConversation(owner, conversationId, fields, sealing);
    const { userSeq } = begun;
    const messages =
      element === null
        ? await this.storedMessages(owner, conversationId, userSeq, 1)
        : withBranches(
            [decodeMessage(conversationId, userSeq, element, sealing)],
            treeOf(conversation, fields),
          );
    return { outcome: 'begun', turn: begun, conversation, messages };
  }

  async advanceTurn(
    { owner, conversationId, turnId }: TurnRef,
    { leaseMs, events }: TurnStep,
  ): Promise<TurnRenewal> {
    assertEvents(events);
    const call = SCRIPTS.advanceTurn.with(this.keys.of(owner).conversation(conversationId), {
      turnId,
      lease: leaseMs,
      turnRetention: this.turnRetention,
      ...encodeEvents(turnId, events, this.sealing.of(owner, conversationId)),
    });
    // A promotion may lose the events: a client reads a stream again, and no message is gone.
    const reply = await this.redis.writeUnreplicated(...call);
    const [cancel, followedMs] = this.expectOk<[number, number]>(conversationId, reply);
    return { cancelRequested: cancel === 1, followedMs };
  }

  async endTurn(
    { owner, conversationId, turnId }: TurnRef,
    { end, replies, continuation, events, conversationStatus, idempotency: requested }: TurnEnding,
  ): Promise<TurnOutcome> {
    assertMessageCount(replies, 0);
    assertEvents(events);
    const sealing = this.sealing.of(owner, conversationId);
    const idempotency = requested && this.sealing.claim(owner, requested);
    const { eventSeqs, eventData } = encodeEvents(turnId, events, sealing);
    const keys = this.keys.of(owner).conversation(conversationId, idempotency?.key);
    const call = SCRIPTS.endTurn.with(keys, {
      id: conversationId,
      ttl: this.limits.ttlMs,
      maxMessages: this.limits.maxMessagesPerConversation,
      turnId,
      ending: end,
      newStatus: conversationStatus ?? '',
      turnRetention: this.turnRetention,
      eventSeqs,
      ...encodeClaim(idempotency),
      continuation: continuation ? encodeMessage(continuation, sealing) : '',
      replyCount: replies.length,
      repliesAndEvents: [...replies.map((reply) => encodeMessage(reply, sealing)), eventData],
    });
    const reply = await this.redis.write(...call);
    const result = this.expectOk<EndResult>(conversationId, reply);
    const [turnFields, fields, outcome] = result;
    const turn = decodeTurn(conversationId, turnFields);
    const conversation = decodeConversation(owner, conversationId, fields, sealing);
    const { seq: firstSeq, count: messageCount } = turn.replies ?? { seq: 1, count: 0 };
    if (outcome !== 'known') {
      const stored = continuation && outcome === 'continued' ? [continuation] : replies;
      // The script gave each reply the time that it gave the conversation.
      const createdAt = conversation.updatedAt;
      const messages = stored.map((draft, i) => toMessage(draft, { seq: firstSeq + i, createdAt }));
      const tree = treeOf(conversation, fields);
      return { turn, conversation, messages: withBranches(messages, tree) };
    }
    const messages = await this.storedMessages(owner, conversationId, firstSeq, messageCount);
    return { turn, conversation, messages };
  }

  async readTurn(owner: Owner, conversationId: string, query: TurnQuery): Promise<TurnPage> {
    assertTurnQuery(query);
    const { turnId = '', after, maxBytes, followMs = 0 } = query;
    const keys = this.keys.of(owner).conversation(conversationId);
    const call = SCRIPTS.readTurn.with(keys, { turnId, after, maxBytes, followMs });
    const reply = await this.redis.read(...call);
    const result = this.expectOk<[Fields, string[], number]>(conversationId, reply);
    const [fields, batches, hasMore] = result;
    const turn = decodeTurn(conversationId, fields);
    const sealing = this.sealing.of(owner, conversationId);
    const opened = openBatches(conversationId, turn.id, toBatches(batches), sealing);
    return { turn, ...pageOfEvents(opened, query, hasMore === 0) };
  }

  async cancelTurn({ owner, conversationId, turnId }: TurnRef): Promise<void> {
    const keys = this.keys.of(owner).conversation(conversationId);
    const reply = await this.redis.write(...SCRIPTS.cancelTurn.with(keys, { turnId }));
    this.expectOk(conversationId, reply);
  }

  /** Milliseconds. A turn and its events go when their conversation would, and after an hour at the latest. */
  private get turnRetention(): number {
    return Math.min(this.limits.ttlMs, TURN_RETENTION_MS);
  }

  /** Messages that an earlier call of a turn stored. */
  private async storedMessages(
    owner: Owner,
    id: string,
    firstSeq: number,
    messageCount: number,
  ): Promise<readonly Message[]> {
    const written = { id, firstSeq, messageCount };
    const { messages } = await readAll(this.messages, owner, written).catch((error: unknown) => {
      throw afterWrite(error);
    });
    return messages;
  }

  private expectOk<Result extends unknown[]>(conversationId: string, reply: unknown): Result {
    return expectOk<Result>(conversationId, reply, this.limits);
  }
}

function replayedTurn(
  [, text, latestFields, conversationExists]: ScriptReply,
  conversationId: string,
  claim: IdempotencyClaim,
): Turn {
  const record = decodeIdempotencyRecord(text as string);
  assertSameRequest(record, claim);
  if (conversationExists === 0) throw new ConversationNotFoundError();
  const [latestId] = latestFields as Fields;
  const latest = latestId == null ? undefined : decodeTurn(conversationId, latestFields as Fields);
  return recallTurn(record, claim, conversationId, latest);
}
