import { randomUUID } from 'node:crypto';
import type { ForkOrigin, NewFork } from '../../domain/conversation.js';
import type { IdempotencyClaim } from '../../domain/idempotency.js';
import type { Owner } from '../../domain/owner.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { encodeOrigin } from '../codecs/fork-origin.codec.js';
import type { Sealing } from '../sealing/sealing.js';
import { StoreUnavailableError } from '../store.errors.js';
import { encodeFields } from './codecs/conversation.codec.js';
import { encodeClaim } from './codecs/idempotency-claim.codec.js';
import type { ScriptReply } from './codecs/script-reply.js';
import type { CreateOptions } from './create-options.js';
import { lengthOf } from './message-spans.js';
import type { QuotaConnection } from './quota-connection.js';
import type { ForkKeys, RedisKeys } from './redis.keys.js';
import type { Branch, RedisMessages } from './redis.messages.js';
import { SCRIPTS } from './redis.scripts.js';

/** Milliseconds for which a fork that was interrupted leaves its list behind. */
const STAGED_TTL_MS = 10 * 60 * 1_000;

/** What a script appends at a time, unless one message has more bytes. */
const STAGED = { messages: 1_000, bytes: 256 * 1024 } as const;

/** What is staged between two looks at the quota: what is refused must not fill Redis before. */
const UNCHECKED = { bytes: 1024 * 1024, shareOfQuota: 0.1 } as const;

/** What is staged of a fork. */
interface Staged {
  /** Of all messages. */
  readonly bytes: number;
  /** Bytes of the largest message. */
  readonly size: number;
}

/**
 * Forks conversations. The messages are copied in chunks, into a list that nobody else knows. The create then makes it
 * that of the new conversation, in one step with everything else.
 */
export class RedisForks {
  constructor(
    private readonly redis: QuotaConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    private readonly sealing: Sealing,
    private readonly messages: RedisMessages,
  ) {}

  /**
   * The reply of create.lua, or REPLAYED as that replies it.
   * @throws ConversationNotFoundError, ConversationDamagedError, MessageNotFoundError, StoreUnavailableError
   */
  async fork(owner: Owner, fork: NewFork, options: CreateOptions): Promise<ScriptReply> {
    const { id, forkedFrom } = fork;
    const { idempotency } = options;
    // The source of a fork that was made before may be gone.
    const record = idempotency && (await this.recordOf(owner, idempotency));
    if (record) return ['REPLAYED', record];
    const source = await this.messages.readBranch(owner, forkedFrom.id, forkedFrom.seq);
    const token = randomUUID();
    const keys = this.keys.of(owner).fork(id, forkedFrom.id, token, idempotency?.key);
    const create = (staged: Staged) =>
      this.create(owner, { keys, id, forkedFrom, source, staged }, options);
    // What is refused is not copied.
    const reply = await create({ bytes: 0, size: 0 });
    if (reply[0] !== 'UNSTAGED') return reply;
    return this.orDiscarded(keys, () => this.stage(owner, id, keys, source, create));
  }

  private async recordOf(owner: Owner, { key }: IdempotencyClaim): Promise<string | null> {
    const recordKey = this.keys.of(owner).record(key);
    return (await this.redis.read(...SCRIPTS.readRecord.with({ recordKey }, {}))) as string | null;
  }

  private async create(
    owner: Owner,
    {
      keys,
      id,
      forkedFrom,
      source: { conversation, spans },
      staged,
    }: { keys: ForkKeys; id: string; forkedFrom: ForkOrigin; source: Branch; staged: Staged },
    { idempotency, counted, firstRevision }: CreateOptions,
  ): Promise<ScriptReply> {
    const { title, metadata, createdAt } = conversation;
    const call = SCRIPTS.create.with(keys, {
      id,
      ttl: this.limits.ttlMs,
      maxConversations: this.limits.maxConversationsPerUser,
      maxMessages: this.limits.maxMessagesPerConversation,
      savedConversations: counted?.saved ?? '',
      unsavedConversations: counted?.unsaved ?? 0,
      firstRevision: firstRevision ?? 1,
      ownerQuota: this.redis.ownerQuota,
      ...encodeClaim(idempotency),
      ...encodeFields(
        { ...(title !== undefined && { title }), metadata },
        this.sealing.of(owner, id),
      ),
      forkedFrom: encodeOrigin(forkedFrom),
      sourceCreatedAt: createdAt.getTime(),
      stagedCount: lengthOf(spans),
      stagedBytes: staged.bytes,
      stagedSize: staged.size,
      messages: [],
    });
    return (await this.redis.writeWithinQuota(owner, call)) as ScriptReply;
  }

  private get uncheckedBytes(): number {
    const { ownerQuota } = this.redis;
    if (ownerQuota === 0) return Infinity;
    return Math.min(UNCHECKED.bytes, ownerQuota * UNCHECKED.shareOfQuota);
  }

  /** Copies all messages, or as many as `create` does not refuse, and gives its last reply. */
  private async stage(
    owner: Owner,
    id: string,
    { stagedKey }: ForkKeys,
    source: Branch,
    create: (staged: Staged) => Promise<ScriptReply>,
  ): Promise<ScriptReply> {
    let [length, bytes, size, checked] = [0, 0, 0, 0];
    const sealing = this.sealing.of(owner, id);
    for await (const chunk of this.messages.elementsOf(owner, source, sealing)) {
      for (const elements of batchesOf(chunk)) {
        if (bytes - checked > this.uncheckedBytes) {
          const reply = await create({ bytes, size });
          if (reply[0] !== 'UNSTAGED') return reply;
          checked = bytes;
        }
        const args = {
          length,
          ttl: STAGED_TTL_MS,
          elements: elements.map(({ element }) => element),
        };
        // The create waits for the replicas, also for what was written before it.
        const reply = await this.redis.writeUnreplicated(
          ...SCRIPTS.stageMessages.with({ stagedKey }, args),
        );
        if ((reply as ScriptReply)[0] !== 'OK') throw lost();
        length += elements.length;
        for (const element of elements) {
          bytes += element.bytes;
          size = Math.max(size, element.bytes);
        }
      }
    }
    return create({ bytes, size });
  }

  /** Deletes what was staged when the fork does not come about. Where that fails, it expires. */
  private async orDiscarded(
    { stagedKey }: ForkKeys,
    create: () => Promise<ScriptReply>,
  ): Promise<ScriptReply> {
    let isCreated = false;
    try {
      const reply = await create();
      if (reply[0] === 'UNSTAGED') throw lost();
      isCreated = reply[0] === 'OK';
      return reply;
    } finally {
      if (!isCreated) {
        const call = SCRIPTS.discardStaged.with({ stagedKey }, {});
        await this.redis.writeUnreplicated(...call).catch(() => undefined);
      }
    }
  }
}

interface SizedElement {
  readonly element: string;
  readonly bytes: number;
}

/** Parts of a chunk that a script appends each. */
function batchesOf(chunk: readonly string[]): SizedElement[][] {
  const batches: SizedElement[][] = [];
  let batch: SizedElement[] = [];
  let left: number = STAGED.bytes;
  for (const element of chunk) {
    const bytes = Buffer.byteLength(element);
    if (batch.length === STAGED.messages || (batch.length > 0 && bytes > left)) {
      batches.push(batch);
      batch = [];
      left = STAGED.bytes;
    }
    batch.push({ element, bytes });
    left -= bytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function lost(): StoreUnavailableError {
  return new StoreUnavailableError('Redis has lost the messages that were copied.', {
    mayHaveBeenApplied: false,
  });
}
