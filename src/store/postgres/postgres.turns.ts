import { heldTurn, readableTurn, type ConversationTurns } from '../../domain/conversation-turns.js';
import { ConversationNotFoundError } from '../../domain/conversation.errors.js';
import type {
  BranchedConversation,
  Conversation,
  ConversationWithMessages,
} from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { NewMessage } from '../../domain/message.js';
import { ownerKey } from '../../domain/owner-key.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import { toTurn, type StoredTurn } from '../../domain/stored-turn.js';
import { admitTurn } from '../../domain/turn-admission.js';
import { recordTurn } from '../../domain/turn-record.js';
import {
  advanceTurn,
  cancelTurn,
  endTurn,
  followedMs,
  followTurn,
} from '../../domain/turn-steps.js';
import { TurnLostError, TurnNotFoundError } from '../../domain/turn.errors.js';
import type { NewTurn, TurnBeginning, TurnEnding, TurnPage, TurnRef } from '../../domain/turn.js';
import { withoutBranches } from '../../domain/without-branches.js';
import { pageOfEvents } from '../codecs/event-batch.codec.js';
import { encodeIdempotencyRecord } from '../codecs/idempotency-record.codec.js';
import { openBatches } from '../codecs/sealed-batch.codec.js';
import type { Sealing } from '../sealing/sealing.js';
import { assertEvents, assertMessageCount, assertTurnQuery } from '../preconditions.js';
import { readAll } from '../read-all.js';
import { afterWrite } from '../store.errors.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep, TurnStore } from '../turn-store.js';
import { hasRowExpired } from './codecs/conversation-row.codec.js';
import { encodeBodies, storedMessages } from './codecs/message-bodies.js';
import { bytesOfBodies, bytesOfRecord } from './codecs/quota-bytes.js';
import { encodeEvents } from './codecs/turn-events.js';
import { decodeTurns, type TurnsColumn } from './codecs/turns-column.js';
import { toUuid } from './codecs/uuid.js';
import { MAX_INTEGER } from './statements/statement.js';
import type { PostgresConnection } from './connection/postgres-connection.js';
import {
  expectConversation,
  recordOf,
  type Loaded,
  type PostgresChanges,
} from './postgres.changes.js';
import type { PostgresMessages } from './postgres.messages.js';
import type { PostgresQuota } from './postgres.quota.js';
import type { ChangeParts } from './statements/change.js';
import { LOAD_ALL } from './statements/load.js';
import { READ_TURN } from './statements/turns.js';

interface TurnRow {
  readonly id: string;
  readonly accessed_at: Date;
  readonly now: Date;
  readonly turns: TurnsColumn | null;
  readonly batches: [seq: number, data: string][] | null;
}

/** The most batches of events that a page is made of. */
const PAGE_BATCHES = 16;

/** Turns in PostgreSQL. The rules are the domain's. */
export class PostgresTurns implements TurnStore {
  constructor(
    private readonly connection: PostgresConnection,
    private readonly changes: PostgresChanges,
    private readonly messages: PostgresMessages,
    private readonly quota: PostgresQuota,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
  ) {}

  async beginTurn(owner: Owner, id: string, requested: NewTurn): Promise<TurnBeginning> {
    const { input, idempotency } = requested;
    const claim = idempotency && this.sealing.claim(owner, idempotency);
    const newTurn = claim ? { ...requested, idempotency: claim } : requested;
    const added = 'message' in input ? [input.message] : [];
    return this.changes.run({ owner, id, claim }, LOAD_ALL, async (loaded) => {
      const { conversation, turns, record, now } = loaded;
      if (!conversation) {
        // The wrong use of a key is refused even if there is no conversation.
        recordOf(loaded, claim);
        throw new ConversationNotFoundError();
      }
      const admission = admitTurn({ conversation, turns, record }, newTurn, now, this.limits);
      if (admission.outcome === 'running') return this.begun(owner, admission.turn, loaded);
      if (admission.outcome !== 'begun') {
        if (hasChanged(turns, admission)) {
          await this.changes.write(owner, loaded, conversation, 0, encodeTurns(admission.turns));
        }
        if (admission.outcome === 'queued') return { outcome: 'queued' };
        return { outcome: 'replayed', turn: admission.turn };
      }
      const { turn, conversation: after } = admission;
      const { addedBytes, ...messages } = this.encodeMessages(owner, added, after);
      const keyed = encodeRecord(claim, turn, loaded);
      const recordBytes = addedRecordBytes(keyed, loaded);
      await this.changes.write(owner, loaded, after, addedBytes, {
        ...encodeTurns(admission.turns),
        ...(turns.previous && {
          retainedEvents: { retainedTurns: retainedTurns(admission.turns) },
        }),
        ...messages,
        ...(await this.quota.charge(owner, loaded, addedBytes + recordBytes)),
        ...(keyed && { record: keyed }),
      });
      if (added.length === 0) return this.begun(owner, turn, loaded);
      return {
        outcome: 'begun',
        turn: toTurn(id, turn, now),
        conversation: withoutBranches(after),
        messages: storedMessages(added, after),
      };
    });
  }

  async advanceTurn(
    { owner, conversationId: id, turnId }: TurnRef,
    step: TurnStep,
  ): Promise<TurnRenewal> {
    assertEvents(step.events);
    return this.changes.run({ owner, id }, LOAD_ALL, async (loaded) => {
      const conversation = expectConversation(loaded, TurnLostError);
      const sealing = this.sealing.of(owner, conversation.id);
      const { turn, turns, events } = advanceTurn(loaded.turns, turnId, step, loaded.now);
      const parts = {
        ...encodeTurns(turns),
        ...encodeEvents(turn.id, events, loaded.now, sealing),
      };
      const { leaseUntil } = heldTurn(loaded.turns, turnId, loaded.now);
      await this.changes.write(owner, loaded, conversation, 0, parts, leaseUntil);
      return {
        cancelRequested: turn.cancelRequested,
        followedMs: followedMs(turn, loaded.now),
      };
    });
  }

  async endTurn(
    { owner, conversationId: id, turnId }: TurnRef,
    ending: TurnEnding,
  ): Promise<TurnOutcome> {
    const { idempotency } = ending;
    const claim = idempotency && this.sealing.claim(owner, idempotency);
    assertMessageCount(ending.replies, 0);
    assertEvents(ending.events);
    return this.changes.run({ owner, id, claim }, LOAD_ALL, async (loaded) => {
      const { turns, now } = loaded;
      const conversation = expectConversation(loaded, TurnLostError);
      const end = endTurn(conversation, turns, turnId, ending, now, this.limits);
      if (!end) {
        const turn = toTurn(id, readableTurn(turns, turnId), now);
        return { turn, ...(await this.messagesOf(owner, id, turn.replies)) };
      }
      const { conversation: after, replies } = end;
      const { addedBytes, ...messages } = this.encodeMessages(owner, replies, after);
      const keyed = encodeRecord(claim, end.turn, loaded);
      const chargedBytes = addedBytes + addedRecordBytes(keyed, loaded);
      const parts = {
        ...encodeTurns(end.turns),
        ...encodeEvents(end.turn.id, end.events, now, this.sealing.of(owner, conversation.id)),
        ...messages,
        ...(await this.quota.charge(owner, loaded, chargedBytes, { mayExceed: true })),
        ...(keyed && { turnRecord: keyed }),
      };
      await this.changes.write(owner, loaded, after, addedBytes, parts, end.turn.leaseUntil);
      return {
        turn: toTurn(id, end.turn, now),
        conversation: withoutBranches(after),
        messages: storedMessages(replies, after),
      };
    });
  }

  async readTurn(owner: Owner, id: string, query: TurnQuery): Promise<TurnPage> {
    assertTurnQuery(query);
    const { turnId, after, followMs = 0 } = query;
    const values = {
      owner: ownerKey(owner),
      id: toUuid(id),
      turnId: turnId === undefined ? null : toUuid(turnId),
      after: Math.min(after, MAX_INTEGER),
      maxBatches: PAGE_BATCHES,
    };
    const [row] = await this.connection.read<TurnRow>(READ_TURN, READ_TURN.values(values));
    if (!row?.turns || hasRowExpired(row.accessed_at, row.now, this.limits.ttlMs)) {
      throw new TurnNotFoundError();
    }
    const turns = decodeTurns(row.turns);
    const stored = readableTurn(turns, turnId);
    const turn = toTurn(id, stored, row.now.getTime());
    const batches = (row.batches ?? []).map(([seq, data]) => ({ seq, data }));
    // The purge has deleted its events: the turn is over, and retained no more.
    const isForgotten = turn.status !== 'running' && stored.lastEventSeq > after;
    if (isForgotten && batches.length === 0) throw new TurnNotFoundError();
    const now = row.now.getTime();
    if (followMs > 0 && followTurn(turns, turn.id, followMs, now)) {
      await this.noteFollower({ owner, conversationId: id, turnId: turn.id }, followMs);
    }
    const events = openBatches(row.id, turn.id, batches, this.sealing.of(owner, row.id));
    return { turn, ...pageOfEvents(events, query, batches.length < PAGE_BATCHES) };
  }

  async cancelTurn({ owner, conversationId: id, turnId }: TurnRef): Promise<void> {
    return this.changes.run({ owner, id }, LOAD_ALL, async (loaded) => {
      const conversation = expectConversation(loaded, TurnNotFoundError);
      const turns = cancelTurn(loaded.turns, turnId, loaded.now);
      await this.changes.write(owner, loaded, conversation, 0, encodeTurns(turns));
    });
  }

  /** The messages that a step of a turn adds. `after` is the conversation after it. */
  private encodeMessages(
    owner: Owner,
    drafts: readonly NewMessage[],
    after: BranchedConversation,
  ): Pick<ChangeParts, 'messages'> & { addedBytes: number } {
    if (drafts.length === 0) return { addedBytes: 0 };
    const bodies = encodeBodies(drafts, after.updatedAt, this.sealing.of(owner, after.id));
    const firstSeq = after.messageCount - drafts.length + 1;
    return {
      addedBytes: bytesOfBodies(bodies),
      messages: { firstSeq, bodies: bodies.join('\n') },
    };
  }

  private noteFollower(
    { owner, conversationId: id, turnId }: TurnRef,
    followMs: number,
  ): Promise<void> {
    return this.changes.run({ owner, id }, LOAD_ALL, async (loaded) => {
      const { conversation, turns, now } = loaded;
      const followed = followTurn(turns, turnId, followMs, now);
      // The turn has ended meanwhile, or another reader has noted it.
      if (!conversation || !followed) return;
      await this.changes.write(owner, loaded, conversation, 0, encodeTurns(followed));
    });
  }

  /** The answer to a call for a turn whose message was stored before. */
  private async begun(owner: Owner, turn: StoredTurn, loaded: Loaded): Promise<TurnBeginning> {
    const { id } = loaded.conversation as Conversation;
    const message = { seq: turn.userSeq, count: 1 };
    const page = await this.messagesOf(owner, id, message);
    return { outcome: 'begun', turn: toTurn(id, turn, loaded.now), ...page };
  }

  private async messagesOf(
    owner: Owner,
    id: string,
    { seq: firstSeq, count: messageCount } = { seq: 1, count: 0 },
  ): Promise<ConversationWithMessages> {
    try {
      return await readAll(this.messages, owner, { id, firstSeq, messageCount });
    } catch (error) {
      throw afterWrite(error);
    }
  }
}

/** Whether a call that begins no turn changes the queue: that of a repeated request rarely does. */
function hasChanged(
  { queue }: ConversationTurns,
  admission: { readonly outcome: string; readonly turns: ConversationTurns },
): boolean {
  return admission.outcome === 'queued' || admission.turns.queue.length < queue.length;
}

function retainedTurns({ latest, previous }: ConversationTurns): string[] {
  return [latest, previous].flatMap((turn) => turn?.id ?? []);
}

function encodeRecord(
  claim: IdempotencyClaim | undefined,
  turn: StoredTurn,
  { conversation, now }: Loaded,
): { key: string; record: string; now: Date } | undefined {
  if (!claim || !conversation) return undefined;
  const record = encodeIdempotencyRecord(recordTurn(claim, toTurn(conversation.id, turn, now)));
  return { key: claim.key, record, now: new Date(now) };
}

/** What a record takes more than the one before it under its key. */
function addedRecordBytes(
  keyed: { readonly key: string; readonly record: string } | undefined,
  { record: before }: Loaded,
): number {
  if (!keyed) return 0;
  const bytes = bytesOfRecord(keyed.key, keyed.record);
  return before ? bytes - bytesOfRecord(keyed.key, encodeIdempotencyRecord(before)) : bytes;
}

function encodeTurns(turns: ConversationTurns): Pick<ChangeParts, 'turns'> {
  return { turns: { turns: JSON.stringify(turns) } };
}
