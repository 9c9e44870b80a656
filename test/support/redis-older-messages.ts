import type { Redis } from 'ioredis';
import type { Message, MessageRange, Owner } from 'conversation-store';
import { boundsOf } from '../../src/domain/message-range.js';
import { decodeMessage } from '../../src/store/codecs/message.codec.js';
import type { OlderMessages } from '../../src/store/redis/older-messages.js';
import type { ConversationKeys } from '../../src/store/redis/redis.keys.js';

/** In place of a record behind Redis: has the messages that were moved out of one conversation. */
export class MovedMessages implements OlderMessages {
  readonly ranges: MessageRange[] = [];
  private readonly elements: string[] = [];

  constructor(private readonly pageBytes: number) {}

  /** Moves messages out of Redis, up to the seq `base`. */
  async move(redis: Redis, keys: ConversationKeys, base: number): Promise<void> {
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

  async read(_: Owner, id: string, range: MessageRange): Promise<{ messages: Message[] }> {
    this.ranges.push(range);
    const sizeAt = (index: number): number => Buffer.byteLength(this.elements[index] ?? '');
    const { start, end } = boundsOf(range, this.elements.length, this.pageBytes, sizeAt);
    const elements = this.elements.slice(start, end);
    return { messages: elements.map((each, i) => decodeMessage(id, start + 1 + i, each)) };
  }
}
