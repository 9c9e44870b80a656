import { isAccessDue } from '../../domain/access.js';
import type { MessageRange } from '../../domain/message-range.js';
import { MAX_MESSAGE_BYTES, type Message } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import { PageBudget } from '../../domain/page-budget.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { decodeMessage, encodeMessage, stampMessage } from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import { ConversationDamagedError } from '../store.errors.js';
import { baseOf, decodeConversation, largestMessageOf } from './codecs/conversation.codec.js';
import { encodeRange } from './codecs/message-range.codec.js';
import { expectOk, type Fields } from './codecs/script-reply.js';
import { fetchInChunks, type Span } from './message-chunks.js';
import type { OlderMessages } from './older-messages.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** Bytes that a script copies at most: at this size a copy takes Redis about half a millisecond. */
export const MAX_COPIED_BYTES = 256 * 1024;

/** The result of read.lua. */
type ReadResult = [
  now: number,
  first: number,
  last: number,
  fields: Fields,
  elements: string[] | null,
];

/** A page as the script determined it. */
interface Page extends Span {
  readonly owner: Owner;
  readonly id: string;
  readonly fields: Fields;
  /** The messages up to this seq are not in Redis. */
  readonly base: number;
  /** The elements behind the base, unless they have to be fetched. */
  readonly copied: readonly string[] | null;
  readonly budget: PageBudget;
}

/**
 * Reads pages of messages. A page that is small for certain is copied by the script, in one round trip.
 * Any other is fetched afterwards, in chunks and without Lua, until the page is full. What a page has below the
 * base comes from elsewhere.
 */
export class RedisMessages {
  private readonly maxCopiedBytes: number;

  /** @param older absent where Redis has all messages */
  constructor(
    private readonly redis: ScriptConnection,
    private readonly keys: RedisKeys,
    private readonly limits: StoreLimitsWithTtl,
    private readonly older?: OlderMessages,
  ) {
    this.maxCopiedBytes = Math.min(MAX_COPIED_BYTES, limits.pageBytes);
  }

  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    assertRange(range);
    for (;;) {
      const page = await this.readOnce(owner, id, range);
      if (page) return page;
    }
  }

  /** Undefined when the base moved between the script and a fetch: then elements have other places. */
  private async readOnce(
    owner: Owner,
    id: string,
    range: MessageRange,
  ): Promise<MessagePage | undefined> {
    const isBackwards = range.from === 'end' || 'before' in range.from;
    const result = await this.readResult(owner, id, range, this.maxCopiedBytes);
    const [now, first, last, fields, copied] = result;
    const conversation = decodeConversation(owner, id, fields);
    const base = baseOf(fields);
    const budget = new PageBudget(this.limits.pageBytes);
    const page: Page = { owner, id, fields, base, first, last, isBackwards, copied, budget };
    const messages = await this.messagesOf(page);
    if (!messages) return undefined;
    const firstSeq = isBackwards ? last - messages.length + 1 : first;
    const hasMore = isBackwards
      ? firstSeq > 1
      : firstSeq + messages.length - 1 < conversation.messageCount;
    const accessDue = isAccessDue(conversation, now, this.limits.ttlMs);
    return { conversation, messages, hasMore, accessDue };
  }

  private messagesOf(page: Page): Promise<Message[] | undefined> | Message[] {
    const { first, last, base, isBackwards } = page;
    if (first > base || first > last) return this.newer(page);
    if (last <= base) return this.below(page, last);
    return isBackwards ? this.backwards(page) : this.forwards(page);
  }

  /** A page that begins behind the base and reaches below it. */
  private async backwards(page: Page): Promise<Message[] | undefined> {
    const { last, base, budget, copied } = page;
    const newer = await this.newer({ ...page, first: base + 1 });
    if (!newer || newer.length < last - base) return newer;
    for (const element of copied ?? []) budget.admits(Buffer.byteLength(element));
    const older = await this.below(page, base);
    return [...fitting(older.reverse(), budget).reverse(), ...newer];
  }

  /** A page that begins below the base and reaches over it. */
  private async forwards(page: Page): Promise<Message[] | undefined> {
    const { first, base, budget, copied } = page;
    const older = fitting(await this.below(page, base), budget);
    if (older.length < base - first + 1) return older;
    const newer = await this.newer({ ...page, first: base + 1 });
    if (!newer) return undefined;
    return [...older, ...(copied ? fitting(newer, budget) : newer)];
  }

  /** The messages of a page that lies behind the base: as many as fit. */
  private newer(page: Page): Promise<Message[] | undefined> | Message[] {
    return page.copied ? decode(page, page.copied) : this.fetch(page);
  }

  private async fetch(page: Page): Promise<Message[] | undefined> {
    const { owner, id, base, fields, budget } = page;
    const keys = this.keys.of(owner).conversation(id);
    const largest = largestMessageOf(fields) ?? MAX_MESSAGE_BYTES;
    const list = { key: keys.messagesKey, base, largest };
    const elements = await fetchInChunks(this.redis, list, page, budget);
    if (this.older && (await this.currentBase(keys.conversationKey)) !== base) return undefined;
    if (!elements) throw await this.missing(owner, id);
    return decode(page, elements);
  }

  private async currentBase(conversationKey: string): Promise<number> {
    const [base] = await this.redis.readHash(conversationKey, ['base']);
    return Number(base ?? 0);
  }

  /** The messages of a page from its first to `last`, none of which is in Redis: as many as fit into a page. */
  private async below({ owner, id, first, isBackwards }: Page, last: number): Promise<Message[]> {
    if (!this.older) throw new ConversationDamagedError(id, 'Its first messages are elsewhere.');
    const from = isBackwards ? { before: last + 1 } : { after: first - 1 };
    const { messages } = await this.older.read(owner, id, { limit: last - first + 1, from });
    const isThere = isBackwards ? messages.at(-1)?.seq === last : messages[0]?.seq === first;
    if (!isThere) throw new ConversationDamagedError(id, 'Its first messages are nowhere.');
    return [...messages];
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

function decode({ id, first, last, isBackwards }: Page, elements: readonly string[]): Message[] {
  const firstSeq = isBackwards ? last - elements.length + 1 : first;
  return elements.map((element, i) => decodeMessage(id, firstSeq + i, element));
}

/** The messages that the budget admits, by the bytes of their elements. */
function fitting(messages: readonly Message[], budget: PageBudget): Message[] {
  const end = messages.findIndex(
    (message) =>
      !budget.admits(Buffer.byteLength(stampMessage(encodeMessage(message), message.createdAt))),
  );
  return end === -1 ? [...messages] : messages.slice(0, end);
}
