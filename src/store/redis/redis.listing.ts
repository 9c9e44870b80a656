import { Logger } from '@nestjs/common';
import type { Conversation } from '../../domain/conversation.js';
import type { ConversationPage, ListPosition, ListQuery } from '../../domain/conversation-list.js';
import type { Owner } from '../../domain/owner.js';
import { PageBudget } from '../../domain/page-budget.js';
import type { StoreLimits } from '../../domain/store-limits.js';
import type { Sealing } from '../sealing/sealing.js';
import { StoreFaultError } from '../store.errors.js';
import { CONVERSATION_FIELDS, decodeConversation } from './codecs/conversation.codec.js';
import type { Fields } from './codecs/script-reply.js';
import type { RedisKeys } from './redis.keys.js';
import { MAX_COPIED_BYTES } from './redis.messages.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** Ids that are read when conversations have vanished: one at a time would take as many round trips. */
const CATCH_UP = 50;

/**
 * Lists conversations in two reads: the indices give the ids, and then the hashes are read. A script cannot
 * do both, for it declares its keys before it knows the ids.
 */
export class RedisListing {
  private readonly logger = new Logger('Store');
  private readonly maxCopiedBytes: number;

  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimits,
    private readonly sealing: Sealing,
  ) {
    this.maxCopiedBytes = Math.min(MAX_COPIED_BYTES, limits.pageBytes);
  }

  async page(owner: Owner, { limit, after, statuses }: ListQuery): Promise<ConversationPage> {
    const budget = new PageBudget(this.limits.pageBytes);
    const conversations: Conversation[] = [];
    let next: ListPosition | undefined;
    let position = after;
    let wanted = limit + 1;
    // When a conversation expires between the two reads, or is damaged, the next one in order replaces it.
    for (;;) {
      const positions = await this.positions(owner, {
        limit: wanted,
        statuses,
        ...(position && { after: position }),
      });
      for (let read = 0; read < positions.length;) {
        const hashes = await this.hashes(owner, read === 0 ? positions : positions.slice(read));
        for (const fields of hashes) {
          const found = positions[read++] as ListPosition;
          const conversation = this.decode(owner, found.id, fields);
          if (!conversation || !statuses.includes(conversation.status)) continue;
          const isFull = conversations.length === limit || !budget.admits(bytesOf(conversation));
          if (isFull && next) return { conversations, next };
          conversations.push(conversation);
          // The position, and not the `updatedAt` of the conversation, which may have moved between the reads.
          next = found;
        }
      }
      position = positions.at(-1);
      if (positions.length < wanted) return { conversations };
      wanted = Math.max(CATCH_UP, limit + 1 - conversations.length);
    }
  }

  async ids(owner: Owner): Promise<readonly string[]> {
    const call = SCRIPTS.listIds.with(this.keys.of(owner), {});
    return (await this.redis.read(...call)) as string[];
  }

  private async positions(
    owner: Owner,
    { limit, after, statuses }: ListQuery,
  ): Promise<ListPosition[]> {
    const call = SCRIPTS.list.with(this.keys.of(owner), {
      limit,
      updatedAt: after?.updatedAt.getTime() ?? '',
      afterId: after?.id ?? '',
      statuses,
    });
    const [word, ...flat] = (await this.redis.read(...call)) as string[];
    if (word !== 'OK') throw new StoreFaultError('An index is incomplete: Redis has evicted it.');
    return Array.from({ length: flat.length / 2 }, (_, i) => ({
      id: flat[2 * i] as string,
      updatedAt: new Date(Number(flat[2 * i + 1])),
    }));
  }

  /** The fields of the first conversations at these positions: of one at least. */
  private async hashes(owner: Owner, positions: readonly ListPosition[]): Promise<Fields[]> {
    const keys = this.keys.of(owner);
    const hashKeys = positions.map(({ id }) => keys.conversation(id).conversationKey);
    const call = SCRIPTS.readHashes.with(
      { hashKeys },
      { maxBytes: this.maxCopiedBytes, fieldNames: CONVERSATION_FIELDS },
    );
    return (await this.redis.read(...call)) as Fields[];
  }

  /** Undefined when the conversation has vanished, or cannot be read. */
  private decode(owner: Owner, id: string, fields: Fields): Conversation | undefined {
    if (fields[0] == null) return undefined;
    try {
      return decodeConversation(owner, id, fields, this.sealing.of(owner, id));
    } catch (error) {
      this.logger.error(`Conversation ${id} is damaged, and left out of a list.`, error);
      return undefined;
    }
  }
}

/** The size of a conversation in a list: of what a client chooses. It may be stored in fewer bytes, or in more. */
function bytesOf({ title = '', externalId = '', metadata }: Conversation): number {
  const bytes = Buffer.byteLength(title) + Buffer.byteLength(externalId);
  const hasMetadata = Object.keys(metadata).length > 0;
  return hasMetadata ? bytes + Buffer.byteLength(JSON.stringify(metadata)) : bytes;
}
