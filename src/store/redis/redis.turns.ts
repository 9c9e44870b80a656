import { IDEMPOTENCY_WINDOW_MS } from '../../domain/idempotency.js';
import type { Message } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import {
  MAX_TURN_EVENTS,
  MAX_QUEUED_TURNS,
  TURN_RETENTION_MS,
  type NewTurn,
  type TurnBeginning,
  type TurnEnding,
  type TurnEvent,
  type TurnPage,
} from '../../domain/turn.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import { assertSameRequest } from '../../domain/idempotency-record.js';
import { recallTurn } from '../../domain/turn-record.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { assertMessageCount, assertTurnQuery } from '../preconditions.js';
import type { TurnOutcome, TurnQuery, TurnStep } from '../turn-store.js';
import { decodeConversation } from './codecs/conversation.codec.js';
import { decodeMessage, encodeMessage } from './codecs/message.codec.js';
import type { RedisConnection } from './connection/connection.js';
import type { OwnerKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import { expectOk, type Fields, type ScriptReply } from './codecs/script-reply.js';
import { decodeEvents, decodeTurn } from './codecs/turn.codec.js';
import { decodeIdempotencyRecord } from './codecs/idempotency-record.codec.js';

/** The turns of one conversation. */
export class RedisTurns {
  private readonly keys: string[];

  constructor(
    private readonly redis: RedisConnection,
    private readonly ownerKeys: OwnerKeys,
    private readonly of: { readonly owner: Owner; readonly conversationId: string },
    private readonly limits: StoreLimits,
  ) {
    this.keys = ownerKeys.forTurn(of.conversationId);
  }

  async begin(wish: NewTurn): Promise<TurnBeginning> {
    const { id, message, onConflict, leaseMs, idempotency } = wish;
    const keys = this.ownerKeys.once(this.keys, idempotency);
    const reply = (await this.redis.write(SCRIPTS.beginTurn, keys, [
      this.of.conversationId,
      this.limits.ttlMs,
      this.limits.maxMessagesPerConversation,
      id,
      leaseMs,
      onConflict,
      MAX_QUEUED_TURNS,
      this.retentionMs,
      encodeMessage(message),
      idempotency?.requestHash ?? '',
      IDEMPOTENCY_WINDOW_MS,
    ])) as ScriptReply;
    if (reply[0] === 'WAITING') return { outcome: 'queued' };
    if (idempotency && reply[0] === 'REMEMBERED') {
      const [, outcome, latest, isThere] = reply as [string, string, Fields, number];
      const record = decodeIdempotencyRecord(outcome);
      assertSameRequest(record, idempotency);
      if (isThere === 0) throw new ConversationNotFoundError();
      const { conversationId } = this.of;
      const latestTurn = latest[0] == null ? undefined : decodeTurn(conversationId, latest);
      const turn = recallTurn(record, idempotency, conversationId, latestTurn);
      return { outcome: 'replayed', turn };
    }
    const [turn, fields, element] = this.expectOk<[Fields, Fields, string]>(reply);
    return { outcome: 'begun', ...this.outcome(turn, fields), ...this.userMessage(turn, element) };
  }

  async advance(
    turnId: string,
    { leaseMs, events }: TurnStep,
  ): Promise<{ cancelRequested: boolean }> {
    // A promotion may lose them: a stream that has to be read again is no message that is gone.
    const reply = await this.redis.writeUnreplicated(SCRIPTS.advanceTurn, this.keys, [
      turnId,
      leaseMs,
      this.retentionMs,
      MAX_TURN_EVENTS,
      ...encodeEvents(events),
    ]);
    const [cancelRequested] = this.expectOk<[number]>(reply);
    return { cancelRequested: cancelRequested === 1 };
  }

  async end(turnId: string, ending: TurnEnding): Promise<TurnOutcome> {
    const { end, replies, events, conversationStatus, idempotency } = ending;
    assertMessageCount(replies, 0);
    const eventFields = encodeEvents(events);
    const keys = this.ownerKeys.once(this.keys, idempotency);
    const reply = await this.redis.write(SCRIPTS.endTurn, keys, [
      this.of.conversationId,
      this.limits.ttlMs,
      this.limits.maxMessagesPerConversation,
      turnId,
      end,
      conversationStatus ?? '',
      this.retentionMs,
      MAX_TURN_EVENTS,
      idempotency?.requestHash ?? '',
      IDEMPOTENCY_WINDOW_MS,
      eventFields.length,
      ...eventFields,
      ...replies.map(encodeMessage),
    ]);
    const [fields, conversation, elements] = this.expectOk<[Fields, Fields, string[]]>(reply);
    const outcome = this.outcome(fields, conversation);
    const first = outcome.turn.replies?.seq ?? 1;
    return { ...outcome, messages: elements.map((element, i) => this.decode(first + i, element)) };
  }

  async read(query: TurnQuery): Promise<TurnPage> {
    assertTurnQuery(query);
    const { turnId, after, limit } = query;
    const args = [turnId ?? '', after, limit];
    const reply = await this.redis.read(SCRIPTS.readTurn, this.keys, args);
    const [fields, events] = this.expectOk<[Fields, string[]]>(reply);
    return {
      turn: decodeTurn(this.of.conversationId, fields),
      events: decodeEvents(events),
    };
  }

  async cancel(turnId: string): Promise<void> {
    this.expectOk(await this.redis.write(SCRIPTS.cancelTurn, this.keys, [turnId]));
  }

  /** A turn and its events go when their conversation would, and sooner when that lives long. */
  private get retentionMs(): number {
    return Math.min(this.limits.ttlMs, TURN_RETENTION_MS);
  }

  private outcome(turn: Fields, fields: Fields): Omit<TurnOutcome, 'messages'> {
    const { owner, conversationId } = this.of;
    return {
      turn: decodeTurn(conversationId, turn),
      conversation: decodeConversation(owner, conversationId, fields),
    };
  }

  private userMessage(turn: Fields, element: string): { messages: Message[] } {
    return { messages: [this.decode(Number(turn[2]), element)] };
  }

  private decode(seq: number, element: string): Message {
    return decodeMessage(this.of.conversationId, seq, element);
  }

  private expectOk<Result extends unknown[]>(reply: unknown): Result {
    return expectOk<Result>(this.of.conversationId, reply as ScriptReply, this.limits);
  }
}

function encodeEvents(events: readonly TurnEvent[]): (string | number)[] {
  return events.flatMap(({ seq, data }) => [seq, data]);
}
