import { isAccessDue } from '../../domain/access.js';
import { MessageNotFoundError } from '../../domain/branch.errors.js';
import { assertHasMessage, leafOf, withBranches } from '../../domain/branches.js';
import type { Conversation } from '../../domain/conversation.js';
import { isBackwards, type MessageRange, type Span } from '../../domain/message-range.js';
import { MAX_MESSAGE_BYTES, type Message } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import { PageBudget } from '../../domain/page-budget.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import { decodeMessage, encodeMessage, stampMessage } from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import { ConversationDamagedError } from '../store.errors.js';
import {
  baseOf,
  decodeConversation,
  largestMessageOf,
  treeOf,
} from './codecs/conversation.codec.js';
import { encodeRange } from './codecs/message-range.codec.js';
import { expectOk, type Fields } from './codecs/script-reply.js';
import { fetchInChunks, type MessagesToFetch } from './message-chunks.js';
import { lengthOf, seqsIn, splitAt, takeMessages } from './message-spans.js';
import type { OlderMessages } from './older-messages.js';
import type { RedisKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';
import type { ScriptConnection } from './script-connection.js';

/** Bytes that a script copies at most: at this size a copy takes Redis about half a millisecond. */
export const MAX_COPIED_BYTES = 256 * 1024;

/** The result of read.lua. */
type ReadResult = [
  now: number,
  hasMore: number,
  spans: number[],
  fields: Fields,
  elements: string[] | null,
];

/** Where the messages of a page are. */
interface PagePlace {
  readonly owner: Owner;
  readonly id: string;
  readonly fields: Fields;
  /** The messages up to this seq are not in Redis. */
  readonly base: number;
  readonly isBackwards: boolean;
  readonly budget: PageBudget;
}

/** A page as the script determined it. */
interface Page extends PagePlace, MessagesToFetch {
  /** The elements behind the base, unless they have to be fetched. */
  readonly copied: readonly string[] | null;
}

/** A branch up to a message, as the script determined it. */
export interface Branch {
  readonly conversation: Conversation;
  readonly fields: Fields;
  readonly spans: readonly Span[];
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
    const result = await this.readResult(owner, id, range, this.maxCopiedBytes);
    const [now, hasMore, bounds, fields, copied] = result;
    const conversation = decodeConversation(owner, id, fields);
    const tree = treeOf(conversation, fields);
    const base = baseOf(fields);
    const spans = toSpans(bounds);
    const budget = new PageBudget(this.limits.pageBytes);
    const messages = await this.messagesOf({
      owner,
      id,
      fields,
      base,
      spans,
      isBackwards: isBackwards(range),
      copied,
      budget,
    });
    if (!messages) return undefined;
    return {
      conversation,
      messages: withBranches(messages, tree),
      leafSeq: leafOf(range, tree),
      hasMore: hasMore === 1 || messages.length < lengthOf(spans),
      accessDue: isAccessDue(conversation, now, this.limits.ttlMs),
    };
  }

  /**
   * The branch that ends with a message, without its messages.
   * @throws ConversationNotFoundError, ConversationDamagedError, MessageNotFoundError
   */
  async readBranch(owner: Owner, id: string, seq: number): Promise<Branch> {
    const range = { limit: seq, from: 'end', branch: seq } as const;
    const [, , bounds, fields] = await this.readResult(owner, id, range, 0);
    const conversation = decodeConversation(owner, id, fields);
    assertHasMessage(treeOf(conversation, fields), seq);
    return { conversation, fields, spans: toSpans(bounds) };
  }

  /**
   * The elements of a branch in order, in chunks of about a page.
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  async *elementsOf(
    owner: Owner,
    { conversation: { id }, fields, spans }: Branch,
  ): AsyncGenerator<readonly string[]> {
    const { conversationKey } = this.keys.of(owner).conversation(id);
    const left = [...spans];
    let base = baseOf(fields);
    while (left.length > 0) {
      const budget = new PageBudget(this.limits.pageBytes);
      const chunk = { owner, id, fields, base, budget, isBackwards: false };
      const { below, behind } = splitAt(left, base);
      const elements =
        below.length > 0
          ? (await this.below(chunk, below)).map(encodeElement)
          : await this.fetchElements(chunk, behind);
      if (!elements) {
        base = await this.currentBase(conversationKey);
        continue;
      }
      takeMessages(left, elements.length, { fromEnd: false });
      yield elements;
    }
  }

  private messagesOf(page: Page): Promise<Message[] | undefined> | Message[] {
    const { below, behind } = splitAt(page.spans, page.base);
    if (below.length === 0) return this.newer(page, behind);
    if (behind.length === 0) return this.below(page, below);
    return page.isBackwards
      ? this.backwards(page, below, behind)
      : this.forwards(page, below, behind);
  }

  /** A page that begins behind the base and reaches below it. */
  private async backwards(
    page: Page,
    below: readonly Span[],
    behind: readonly Span[],
  ): Promise<Message[] | undefined> {
    const { budget, copied } = page;
    const newer = await this.newer(page, behind);
    if (!newer || newer.length < lengthOf(behind)) return newer;
    for (const element of copied ?? []) budget.admits(Buffer.byteLength(element));
    const older = await this.below(page, below);
    return [...fitting(older.reverse(), budget).reverse(), ...newer];
  }

  /** A page that begins below the base and reaches over it. */
  private async forwards(
    page: Page,
    below: readonly Span[],
    behind: readonly Span[],
  ): Promise<Message[] | undefined> {
    const { budget, copied } = page;
    const older = fitting(await this.below(page, below), budget);
    if (older.length < lengthOf(below)) return older;
    const newer = await this.newer(page, behind);
    if (!newer) return undefined;
    return [...older, ...(copied ? fitting(newer, budget) : newer)];
  }

  /** The messages of a page behind the base: as many as fit. */
  private newer(page: Page, spans: readonly Span[]): Promise<Message[] | undefined> | Message[] {
    return page.copied ? decode(page, spans, page.copied) : this.fetch(page, spans);
  }

  private async fetch(page: Page, spans: readonly Span[]): Promise<Message[] | undefined> {
    const elements = await this.fetchElements(page, spans);
    return elements && decode(page, spans, elements);
  }

  /** Undefined when the base has moved. */
  private async fetchElements(
    { owner, id, base, fields, budget, isBackwards }: PagePlace,
    spans: readonly Span[],
  ): Promise<string[] | undefined> {
    const keys = this.keys.of(owner).conversation(id);
    const largest = largestMessageOf(fields) ?? MAX_MESSAGE_BYTES;
    const list = { key: keys.messagesKey, base, largest };
    const elements = await fetchInChunks(this.redis, list, { spans, isBackwards }, budget);
    if (this.older && (await this.currentBase(keys.conversationKey)) !== base) return undefined;
    if (!elements) throw await this.missing(owner, id);
    return elements;
  }

  private async currentBase(conversationKey: string): Promise<number> {
    const [base] = await this.redis.readHash(conversationKey, ['base']);
    return Number(base ?? 0);
  }

  /** The messages of a page that are not in Redis: as many as fit into a page. */
  private async below(
    { owner, id, isBackwards }: Pick<PagePlace, 'owner' | 'id' | 'isBackwards'>,
    spans: readonly Span[],
  ): Promise<Message[]> {
    if (!this.older) throw new ConversationDamagedError(id, 'Its first messages are elsewhere.');
    const seqs = seqsIn(spans);
    const [first, last] = [seqs[0] as number, seqs.at(-1) as number];
    const range: MessageRange = {
      limit: seqs.length,
      from: isBackwards ? { before: last + 1 } : { after: first - 1 },
      // What lies behind the base is none of the record's: it may have another active branch than Redis.
      branch: spans.length > 1 ? last : 'all',
    };
    const messages = await this.olderPage(owner, id, range);
    const expected = isBackwards ? seqs.slice(-messages.length) : seqs;
    const isThere = messages.length > 0 && messages.every(({ seq }, i) => seq === expected[i]);
    if (!isThere) throw nowhere(id);
    return [...messages];
  }

  private async olderPage(
    owner: Owner,
    id: string,
    range: MessageRange,
  ): Promise<readonly Message[]> {
    try {
      const page = await this.older?.read(owner, id, range);
      return page?.messages ?? [];
    } catch (error) {
      throw error instanceof MessageNotFoundError ? nowhere(id) : error;
    }
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

/** Spans as the script gives them: first, last, first, last … */
function toSpans(bounds: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    spans.push({ first: bounds[i] as number, last: bounds[i + 1] as number });
  }
  return spans;
}

/** Elements of the spans: their first ones, or their last ones on a page that is read backwards. */
function decode(
  { id, isBackwards }: Page,
  spans: readonly Span[],
  elements: readonly string[],
): Message[] {
  const seqs = seqsIn(spans);
  const skipped = isBackwards ? seqs.length - elements.length : 0;
  return elements.map((element, i) => decodeMessage(id, seqs[skipped + i] as number, element));
}

/** As Redis has the message. */
function encodeElement(message: Message): string {
  return stampMessage(encodeMessage(message), message.createdAt);
}

function nowhere(id: string): ConversationDamagedError {
  return new ConversationDamagedError(id, 'Its first messages are nowhere.');
}

/** The messages that the budget admits, by the bytes of their elements. */
function fitting(messages: readonly Message[], budget: PageBudget): Message[] {
  const end = messages.findIndex(
    (message) => !budget.admits(Buffer.byteLength(encodeElement(message))),
  );
  return end === -1 ? [...messages] : messages.slice(0, end);
}
