import { isAccessDue } from '../../domain/access.js';
import type { MessageRange } from '../../domain/message-range.js';
import { MAX_MESSAGE_BYTES } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import { PageBudget } from '../../domain/page-budget.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { decodeMessage } from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import { ConversationDamagedError } from '../store.errors.js';
import { decodeConversation, largestMessageOf } from './codecs/conversation.codec.js';
import { encodeRange } from './codecs/message-range.codec.js';
import { expectOk, type Fields } from './codecs/script-reply.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** Bytes that a script copies at most: at this size a copy takes Redis about half a millisecond. */
export const MAX_COPIED_BYTES = 256 * 1024;

/** Bytes of messages that one command is expected to fetch, and those that it fetches at most. */
const CHUNK_BYTES = { expected: 256 * 1024, most: 1024 * 1024 } as const;

/** The result of read.lua. */
type ReadResult = [
  now: number,
  first: number,
  last: number,
  fields: Fields,
  elements: string[] | null,
];

/** The messages of a page by their seqs, `first` to `last`; their elements are not read yet. */
interface Span {
  readonly first: number;
  readonly last: number;
  /** Whether the page begins with its last message. */
  readonly isBackwards: boolean;
}

/**
 * Reads pages of messages. A page that is small for certain is copied by the script, in one round trip.
 * Any other is fetched afterwards, in chunks and without Lua, until the page is full.
 */
export class RedisMessages {
  private readonly maxCopiedBytes: number;

  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
  ) {
    this.maxCopiedBytes = Math.min(MAX_COPIED_BYTES, limits.pageBytes);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    const isBackwards = range.from === 'end' || 'before' in range.from;
    const result = await this.readResult(owner, id, range, this.maxCopiedBytes);
    const [now, first, last, fields, copied] = result;
    const conversation = decodeConversation(owner, id, fields);
    const elements = copied ?? (await this.fetch(owner, id, { first, last, isBackwards }, fields));
    const firstSeq = isBackwards ? last - elements.length + 1 : first;
    const messages = elements.map((element, i) => decodeMessage(id, firstSeq + i, element));
    const hasMore = isBackwards
      ? firstSeq > 1
      : firstSeq + messages.length - 1 < conversation.messageCount;
    const accessDue = isAccessDue(conversation, now, this.limits.ttlMs);
    return { conversation, messages, hasMore, accessDue };
  }

  /** The elements of a page in order of `seq`, as many of the span as fit into a page. */
  private async fetch(
    owner: Owner,
    id: string,
    { first, last, isBackwards }: Span,
    fields: Fields,
  ): Promise<string[]> {
    const { messagesKey } = this.keys.of(owner).conversation(id);
    const largest = largestMessageOf(fields) ?? MAX_MESSAGE_BYTES;
    const budget = new PageBudget(this.limits.pageBytes);
    const total = last - first + 1;
    // In the order in which they are read.
    const elements: string[] = [];
    let bytes = 0;
    for (let isFull = false; !isFull && elements.length < total;) {
      const expected = elements.length > 0 ? bytes / elements.length : largest;
      const wanted = Math.min(CHUNK_BYTES.expected, this.limits.pageBytes - bytes) / expected;
      const length = Math.max(1, Math.ceil(Math.min(wanted, CHUNK_BYTES.most / largest)));
      const count = Math.min(total - elements.length, length);
      const start = isBackwards ? last - elements.length - count : first - 1 + elements.length;
      const chunk = await this.redis.readList(messagesKey, start, start + count - 1);
      if (chunk.length < count) throw await this.missing(owner, id);
      if (isBackwards) chunk.reverse();
      for (const element of chunk) {
        const size = Buffer.byteLength(element);
        isFull = !budget.admits(size);
        if (isFull) break;
        bytes += size;
        elements.push(element);
      }
    }
    return isBackwards ? elements.reverse() : elements;
  }

  /** Why messages are missing that were there when the page was determined. */
  private async missing(owner: Owner, id: string): Promise<unknown> {
    const nothing: MessageRange = { limit: 0, from: 'end' };
    // The script tells a conversation that was deleted in between from one that is damaged.
    await this.readResult(owner, id, nothing, 0);
    return new ConversationDamagedError(id, 'Some of its messages are missing.');
  }

  private async readResult(
    owner: Owner,
    id: string,
    range: MessageRange,
    maxBytes: number,
  ): Promise<ReadResult> {
    const keys = this.keys.of(owner).conversation(id);
    const call = SCRIPTS.read.with(keys, encodeRange(range, maxBytes));
    return expectOk<ReadResult>(id, await this.redis.read(...call), this.limits);
  }
}
