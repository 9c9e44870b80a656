import type { Redis } from 'ioredis';
import type { Message, MessageRange, Owner } from 'conversation-store';
import { spansOf, type MessageTree } from '../../src/domain/branches.js';
import { fittingSpans } from '../../src/domain/message-range.js';
import { decodeMessage, openMessage } from '../../src/store/codecs/message.codec.js';
import type { OlderMessages } from '../../src/store/redis/older-messages.js';
import { NO_SEALING } from '../../src/store/sealing/sealing.js';
import type { ConversationKeys } from '../../src/store/redis/redis.keys.js';

/** In place of a record behind Redis: has the messages that were moved out of one conversation. */
export class MovedMessages implements OlderMessages {
  readonly ranges: MessageRange[] = [];
  private readonly elements: string[] = [];
  private branches = '';

  constructor(
    private readonly pageBytes: number,
    private readonly sealing = NO_SEALING,
  ) {}

  /** Moves messages out of Redis, up to the seq `base`. The record then has the branches of that moment, too. */
  async move(redis: Redis, keys: ConversationKeys, base: number): Promise<void> {
    this.branches = (await redis.hget(keys.conversationKey, 'branches')) ?? '';
    const count = base - this.elements.length;
    if (count <= 0) return;
    this.elements.push(...(await redis.lrange(keys.messagesKey, 0, count - 1)));
    await redis
      .multi()
      .hset(keys.conversationKey, 'base', base)
      .ltrim(keys.messagesKey, count, -1)
      .exec();
  }

  /** Loses the last of them, as a record does that goes back. */
  lose(count: number): void {
    this.elements.length -= count;
  }

  async read(
    owner: Owner,
    id: string,
    range: MessageRange,
  ): Promise<{ messages: readonly Message[] }> {
    this.ranges.push(range);
    const { length } = this.elements;
    // Its active branch may be another one than that of Redis.
    const tree: MessageTree = { messageCount: length, leafSeq: 1, branches: this.branches };
    const sealing = this.sealing.of(owner, id);
    const bytesAt = (seq: number): number =>
      Buffer.byteLength(openMessage(id, seq, this.elements[seq - 1] ?? '', sealing));
    const { spans } = fittingSpans(spansOf(range, tree).spans, range, this.pageBytes, bytesAt);
    const messages = spans.flatMap(({ first, last }) =>
      this.elements
        .slice(first - 1, last)
        .map((element, i) => decodeMessage(id, first + i, element, sealing)),
    );
    return { messages };
  }
}
