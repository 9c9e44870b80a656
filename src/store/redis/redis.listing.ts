import { Logger } from '@nestjs/common';
import { CONVERSATION_STATUSES, type Conversation } from '../../domain/conversation.js';
import type { Owner } from '../../domain/owner.js';
import type { ConversationPage, ListPosition, ListQuery } from '../../domain/conversation-list.js';
import { StoreFaultError } from '../store.errors.js';
import { CONVERSATION_FIELDS, decodeConversation } from './codecs/conversation.codec.js';
import type { RedisConnection } from './connection/connection.js';
import type { OwnerKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';

/** A conversation with its place in the order at the time it was found. */
interface Listed {
  readonly place: ListPosition;
  readonly conversation: Conversation;
}

/** Ids asked for when conversations have vanished: one by one would take as many round trips. */
const CATCH_UP = 50;

/**
 * Lists conversations in two reads: which ones there are, by the indices, and then their hashes. A
 * script cannot do both, for it declares its keys before it knows which they are.
 */
export class RedisListing {
  private readonly logger = new Logger('Store');

  constructor(
    private readonly redis: RedisConnection,
    private readonly owner: Owner,
    private readonly keys: OwnerKeys,
  ) {}

  async page({ limit, after, statuses }: ListQuery): Promise<ConversationPage> {
    const found: Listed[] = [];
    let position = after;
    let wanted = limit + 1;
    // Whatever expires or proves damaged between the two reads is made up for by the next in line.
    for (;;) {
      const places = await this.places({
        limit: wanted,
        statuses,
        ...(position && { after: position }),
      });
      found.push(...(await this.conversations(places, statuses)));
      position = places.at(-1);
      if (found.length > limit || places.length < wanted) break;
      wanted = Math.max(CATCH_UP, limit + 1 - found.length);
    }
    const conversations = found.slice(0, limit).map(({ conversation }) => conversation);
    const last = found[limit - 1];
    // Its place and not its `updatedAt`, which may have moved on between the two reads.
    return last && found.length > limit ? { conversations, next: last.place } : { conversations };
  }

  private async places({ limit, after, statuses }: ListQuery): Promise<ListPosition[]> {
    const reply = await this.redis.read(SCRIPTS.list, this.keys.forListing(), [
      limit,
      after?.updatedAt.getTime() ?? '',
      after?.id ?? '',
      ...statuses.map((status) => CONVERSATION_STATUSES.indexOf(status) + 2),
    ]);
    const [word, ...flat] = reply as string[];
    if (word !== 'OK') throw new StoreFaultError('The indices disagree: Redis has evicted one.');
    return Array.from({ length: flat.length / 2 }, (_, i) => ({
      id: flat[2 * i] as string,
      updatedAt: new Date(Number(flat[2 * i + 1])),
    }));
  }

  private async conversations(
    places: readonly ListPosition[],
    statuses: ListQuery['statuses'],
  ): Promise<Listed[]> {
    if (places.length === 0) return [];
    const keys = places.map(({ id }) => this.keys.conversation(id));
    const reply = await this.redis.read(SCRIPTS.readHashes, keys, CONVERSATION_FIELDS);
    const hashes = reply as (string | null)[][];
    const listed = places.flatMap((place, i) => this.decode(place, hashes[i] ?? []));
    return listed.filter(({ conversation }) => statuses.includes(conversation.status));
  }

  private decode(place: ListPosition, fields: readonly (string | null)[]): Listed[] {
    if (fields[0] == null) return [];
    try {
      return [{ place, conversation: decodeConversation(this.owner, place.id, fields) }];
    } catch (error) {
      this.logger.error(`Conversation ${place.id} is damaged, and left out of a list.`, error);
      return [];
    }
  }
}
