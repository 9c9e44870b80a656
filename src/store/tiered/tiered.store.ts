import { setTimeout as delay } from 'node:timers/promises';
import { validate, version as versionOf } from 'uuid';
import type {
  Conversation,
  ConversationPatch,
  NewConversation,
  NewFork,
} from '../../domain/conversation.js';
import type { ConversationPage, ListQuery } from '../../domain/conversation-list.js';
import type { MessageRange } from '../../domain/message-range.js';
import type { NewMessage } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
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
import type { PostgresRecord } from '../postgres/record/postgres.record.js';
import type { CreateOptions } from '../redis/create-options.js';
import type { ConversationName, RedisKeys } from '../redis/redis.keys.js';
import type { RedisConversationStore } from '../redis/redis.store.js';
import type { RequestCounter } from '../request-counter.js';
import { StoreUnavailableError } from '../store.errors.js';
import type { TurnOutcome, TurnQuery, TurnRenewal, TurnStep } from '../turn-store.js';
import { withTimeout } from '../with-timeout.js';
import type { ConversationCap } from './conversation-cap.js';
import type { TieredDeletion } from './deletion.js';
import type { Flusher } from './flusher.js';
import type { HotOperations } from './hot-operations.js';
import type { Hydration } from './hydration.js';
import type { TierGuard } from './tier-guard.js';
import type { TieredListing } from './tiered.listing.js';

/** Milliseconds within which a healthy tier answers: one that is silent must not hide that the other answers. */
const PING_MS = 1_000;

/** Milliseconds that the end of the service waits for a sweep, a purge or a migration. */
const STOP_MS = 1_000;

/** Milliseconds that the end of the service waits for the last flush. */
const FLUSH_AT_STOP_MS = 5_000;

/** Milliseconds that a flush that a caller asks for takes at most. */
const FLUSH_MS = 30_000;

export interface TieredParts {
  readonly keys: RedisKeys;
  readonly hot: RedisConversationStore;
  readonly record: PostgresRecord;
  readonly guard: TierGuard;
  readonly operations: HotOperations;
  readonly hydration: Hydration;
  readonly cap: ConversationCap;
  readonly listing: TieredListing;
  readonly deletion: TieredDeletion;
  readonly flusher: Flusher;
  /** What runs beside the requests, apart from the flusher. */
  readonly background: readonly { stop(): Promise<void> }[];
}

export interface TieredLimits {
  /** Whether conversations have a deadline. */
  readonly hasRetention: boolean;
  readonly residencyMs: number;
}

/**
 * Stores conversations in Redis, and soon after in PostgreSQL, which has everything. Redis holds those that
 * are in use.
 */
export class TieredConversationStore implements ConversationStore {
  readonly driver = 'tiered';
  readonly requestCounter: RequestCounter;
  private readonly hot: RedisConversationStore;
  private readonly record: PostgresRecord;
  private readonly operations: HotOperations;

  constructor(
    private readonly parts: TieredParts,
    private readonly limits: TieredLimits,
  ) {
    this.hot = parts.hot;
    this.requestCounter = parts.hot.requestCounter;
    this.record = parts.record;
    this.operations = parts.operations;
  }

  async create(
    owner: Owner,
    conversation: NewConversation,
    options: WriteOptions = {},
  ): Promise<WriteOutcome> {
    return this.createWith(owner, conversation.id, options, (creation) =>
      this.hot.create(owner, conversation, creation),
    );
  }

  async fork(owner: Owner, fork: NewFork, options: WriteOptions = {}): Promise<WriteOutcome> {
    return this.createWith(owner, fork.id, options, (creation) =>
      this.operations.read(owner, fork.forkedFrom.id, () => this.hot.fork(owner, fork, creation)),
    );
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    try {
      return this.present(
        await this.operations.read(owner, id, () => this.hot.read(owner, id, range)),
      );
    } catch (error) {
      const page = await this.fromArchive(error, () => this.record.read(owner, id, range));
      return { ...page, accessDue: false, source: 'archive' };
    }
  }

  async append(
    owner: Owner,
    id: string,
    messages: readonly NewMessage[],
    options: AppendOptions = {},
  ): Promise<WriteOutcome> {
    const operation = () => this.hot.append(owner, id, messages, options);
    return this.present(
      await this.operations.write(owner, id, operation, { claim: options.idempotency }),
    );
  }

  async update(
    owner: Owner,
    id: string,
    patch: ConversationPatch,
    options: ChangeOptions = {},
  ): Promise<Conversation> {
    const operation = () => this.hot.update(owner, id, patch, options);
    return this.withDeadline(await this.operations.write(owner, id, operation));
  }

  delete(owner: Owner, id: string, options: ChangeOptions = {}): Promise<void> {
    return this.parts.deletion.delete(owner, id, options);
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    try {
      const page = await this.operations.readAll(owner, () =>
        this.parts.listing.page(owner, query),
      );
      for (const conversation of page.conversations) this.withDeadline(conversation);
      return page;
    } catch (error) {
      const page = await this.fromArchive(error, () => this.record.list(owner, query));
      return { ...page, source: 'archive' };
    }
  }

  listIds(owner: Owner): Promise<readonly string[]> {
    return this.operations.readAll(owner, () => this.parts.listing.ids(owner));
  }

  async touch(owner: Owner, id: string): Promise<Conversation> {
    const operation = () => this.hot.touch(owner, id);
    return this.withDeadline(await this.operations.write(owner, id, operation));
  }

  getState(owner: Owner, id: string): Promise<WorkingState> {
    return this.operations.read(owner, id, () => this.hot.getState(owner, id));
  }

  putState(
    owner: Owner,
    id: string,
    value: JsonValue,
    expectedVersion: number,
    options: StateOptions = {},
  ): Promise<number> {
    const operation = () => this.hot.putState(owner, id, value, expectedVersion, options);
    return this.operations.write(owner, id, operation, { ofTurn: options.turnId !== undefined });
  }

  erase(owner: Owner): Promise<number> {
    return this.parts.deletion.erase(owner);
  }

  async beginTurn(owner: Owner, id: string, turn: NewTurn): Promise<TurnBeginning> {
    const operation = () => this.hot.beginTurn(owner, id, turn);
    const beginning = await this.operations.write(owner, id, operation, {
      claim: turn.idempotency,
    });
    return beginning.outcome === 'begun' ? this.present(beginning) : beginning;
  }

  advanceTurn(turn: TurnRef, step: TurnStep): Promise<TurnRenewal> {
    return this.operations.read(turn.owner, turn.conversationId, () =>
      this.hot.advanceTurn(turn, step),
    );
  }

  async endTurn(turn: TurnRef, ending: TurnEnding): Promise<TurnOutcome> {
    const operation = () => this.hot.endTurn(turn, ending);
    const { owner, conversationId } = turn;
    return this.present(
      await this.operations.write(owner, conversationId, operation, { ofTurn: true }),
    );
  }

  readTurn(owner: Owner, id: string, query: TurnQuery): Promise<TurnPage> {
    return this.operations.read(owner, id, () => this.hot.readTurn(owner, id, query));
  }

  cancelTurn(turn: TurnRef): Promise<void> {
    return this.operations.read(turn.owner, turn.conversationId, () => this.hot.cancelTurn(turn));
  }

  async flush(owner: Owner): Promise<number> {
    const { keys, flusher } = this.parts;
    const partition = keys.partitionOf(owner);
    const members = await this.operations.readAll(owner, () => flusher.save(partition, FLUSH_MS));
    const saved = new Set(members).values();
    return [...saved].filter((member) => isOf(owner, keys.conversationOf(member))).length;
  }

  /** Either tier can serve reads. */
  async ping(): Promise<StoreTiers> {
    const [redis, postgres] = await Promise.allSettled([
      withTimeout(this.hot.ping(), PING_MS),
      withTimeout(this.record.ping(), PING_MS),
    ]);
    if (postgres.status === 'rejected') {
      if (redis.status === 'rejected') throw redis.reason;
      // A process that has not compared the tiers yet cannot do so now, and uses neither.
      await this.parts.guard.untilSomeReady();
    }
    return { redis: nameOf(redis), postgres: nameOf(postgres) };
  }

  async close(): Promise<void> {
    const { flusher, background, guard } = this.parts;
    const stopped = Promise.all(background.map((task) => task.stop()));
    await Promise.race([stopped, delay(STOP_MS, undefined, { ref: false })]);
    await flusher.stop(FLUSH_AT_STOP_MS);
    this.operations.close();
    guard.close();
    await this.hot.close();
    await this.record.close();
  }

  /** Creates in Redis, where the id and the cap allow it. */
  private async createWith(
    owner: Owner,
    id: string,
    options: WriteOptions,
    create: (options: CreateOptions) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> {
    const operation = async (): Promise<WriteOutcome> => {
      // A new id is nobody's. An old one may be that of a conversation that has left Redis.
      const { deletedRevision = 0 } = this.isOld(id)
        ? await this.parts.hydration.hydrate(owner, id)
        : {};
      const firstRevision = deletedRevision + 1;
      return this.parts.cap.run(owner, (counted) => create({ ...options, counted, firstRevision }));
    };
    return this.present(
      await this.operations.write(owner, id, operation, { claim: options.idempotency }),
    );
  }

  /** What PostgreSQL has, when Redis is away. What it does not have may not be saved yet. */
  private async fromArchive<T>(error: unknown, read: () => Promise<T>): Promise<T> {
    if (!(error instanceof StoreUnavailableError) || this.record.isAway) throw error;
    return read().catch(() => {
      throw error;
    });
  }

  /** Whether the id may be that of a conversation that has left Redis, or was deleted. */
  private isOld(id: string): boolean {
    if (!validate(id) || versionOf(id) !== 7) return true;
    const madeAt = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    return Math.abs(Date.now() - madeAt) > this.limits.residencyMs / 2;
  }

  private present<T extends { readonly conversation: Conversation }>(result: T): T {
    this.withDeadline(result.conversation);
    return result;
  }

  /** Redis gives every conversation a deadline. Without a retention, that is none of the conversation. */
  private withDeadline(conversation: Conversation): Conversation {
    if (!this.limits.hasRetention) {
      // It was made for this call alone. A copy of each would cost more than all the rest here.
      (conversation as { expiresAt: Date | null }).expiresAt = null;
    }
    return conversation;
  }
}

function isOf(owner: Owner, name: ConversationName | undefined): boolean {
  return name?.owner.tenantId === owner.tenantId && name.owner.userId === owner.userId;
}

function nameOf({ status }: PromiseSettledResult<unknown>): 'up' | 'down' {
  return status === 'fulfilled' ? 'up' : 'down';
}
