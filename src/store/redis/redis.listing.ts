import { Logger } from '@nestjs/common';
import type { Conversation } from '../../domain/conversation.js';
import type { ConversationPage, ListPosition, ListQuery } from '../../domain/conversation-list.js';
import type { Owner } from '../../domain/owner.js';
import { StoreFaultError } from '../store.errors.js';
import { CONVERSATION_FIELDS, decodeConversation } from './codecs/conversation.codec.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** A conversation with the position in the list at which it was found. */
interface Listed {
  readonly position: ListPosition;
  readonly conversation: Conversation;
}

/** Ids that are read when conversations have vanished: one at a time would take as many round trips. */
const CATCH_UP = 50;

/**
 * Lists conversations in two reads: the indices give the ids, and then the hashes are read. A script cannot
 * do both, for it declares its keys before it knows the ids.
 */
export class RedisListing {
  private readonly logger = new Logger('Store');

  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: RedisKeys,
  ) {}

  async page(owner: Owner, { limit, after, statuses }: ListQuery): Promise<ConversationPage> {
    const found: Listed[] = [];
    let position = after;
    let wanted = limit + 1;
    // When a conversation expires between the two reads, or is damaged, the next one in order replaces it.
    for (;;) {
      const positions = await this.positions(owner, {
        limit: wanted,
        statuses,
        ...(position && { after: position }),
      });
      found.push(...(await this.conversations(owner, positions, statuses)));
      position = positions.at(-1);
      if (found.length > limit || positions.length < wanted) break;
      wanted = Math.max(CATCH_UP, limit + 1 - found.length);
    }
    const conversations = found.slice(0, limit).map(({ conversation }) => conversation);
    const last = found[limit - 1];
    // The position, and not the `updatedAt` of the conversation, which may have moved between the reads.
    return last && found.length > limit
      ? { conversations, next: last.position }
      : { conversations };
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

  private async conversations(
    owner: Owner,
    positions: readonly ListPosition[],
    statuses: ListQuery['statuses'],
  ): Promise<Listed[]> {
    if (positions.length === 0) return [];
    const keys = this.keys.of(owner);
    const hashKeys = positions.map(({ id }) => keys.conversation(id).conversationKey);
    const call = SCRIPTS.readHashes.with({ hashKeys }, { fieldNames: CONVERSATION_FIELDS });
    const hashes = (await this.redis.read(...call)) as (string | null)[][];
    const listed = positions.flatMap((position, i) =>
      this.decode(owner, position, hashes[i] ?? []),
    );
    return listed.filter(({ conversation }) => statuses.includes(conversation.status));
  }

  private decode(
    owner: Owner,
    position: ListPosition,
    fields: readonly (string | null)[],
  ): Listed[] {
    if (fields[0] == null) return [];
    try {
      return [{ position, conversation: decodeConversation(owner, position.id, fields) }];
    } catch (error) {
      this.logger.error(`Conversation ${position.id} is damaged, and left out of a list.`, error);
      return [];
    }
  }
}
