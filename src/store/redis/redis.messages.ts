import { isAccessDue } from '../../domain/access.js';
import { MessageNotFoundError } from '../../domain/branch.errors.js';
import { assertHasMessage, leafOf, withBranches } from '../../domain/branches.js';
import type { Conversation } from '../../domain/conversation.js';
import { isBackwards, type MessageRange, type Span } from '../../domain/message-range.js';
import type { Message } from '../../domain/message.js';
import type { Owner } from '../../domain/owner.js';
import { PageBudget } from '../../domain/page-budget.js';
import type { StoreLimitsWithTtl } from '../../domain/store-limits.js';
import {
  encodeMessage,
  openMessage,
  resealMessage,
  stampMessage,
} from '../codecs/message.codec.js';
import type { MessagePage } from '../conversation-store.js';
import { assertRange } from '../preconditions.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import type { Sealing } from '../sealing/sealing.js';
import { ConversationDamagedError } from '../store.errors.js';
import {
  baseOf,
  decodeConversation,
  largestMessageOf,
  treeOf,
} from './codecs/conversation.codec.js';
import { encodeRange } from './codecs/message-range.codec.js';
import { expectOk, type Fields } from './codecs/script-reply.js';
import { fetchInChunks } from './message-chunks.js';
import { lengthOf, seqsIn, splitAt, takeMessages } from './message-spans.js';
import type { OlderMessages } from './older-messages.js';
import { decodeCopied, decodeOpened, fitting, type Page, type PagePlace } from './page-messages.js';
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
    private readonly sealing: Sealing,
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
    const sealing = this.sealing.of(owner, id);
    const conversation = decodeConversation(owner, id, fields, sealing);
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
      sealing,
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
    const conversation = decodeConversation(owner, id, fields, this.sealing.of(owner, id));
    assertHasMessage(treeOf(conversation, fields), seq);
    return { conversation, fields, spans: toSpans(bounds) };
  }

  /**
   * The elements of a branch in order, in chunks of about a page, as another conversation is to have them.
   * @param to the sealing of the other conversation
   * @throws ConversationNotFoundError, ConversationDamagedError
   */
  async *elementsOf(
    owner: Owner,
    { conversation: { id }, fields, spans }: Branch,
    to: ConversationSealing,
  ): AsyncGenerator<readonly string[]> {
    const { conversationKey } = this.keys.of(owner).conversation(id);
    const sealing = this.sealing.of(owner, id);
    const reseal = (seq: number, element: string) => {
      return resealMessage(id, seq, element, sealing, to);
    };
    const left = [...spans];
    let base = baseOf(fields);
    while (left.length > 0) {
      const budget = new PageBudget(this.limits.pageBytes);
      const chunk = { owner, id, fields, base, budget, sealing, isBackwards: false };
      const { below, behind } = splitAt(left, base);
      const elements =
        below.length > 0
          ? (await this.below(chunk, below)).map((message) => encodeElement(message, to))
          : await this.fetchElements(chunk, behind, reseal);
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
    const newer = await this.newer(page, behind);
    if (!newer || newer.length < lengthOf(behind)) return newer;
    const older = await this.below(page, below);
    return [...fitting(older.reverse(), page.budget).reverse(), ...newer];
  }

  /** A page that begins below the base and reaches over it. */
  private async forwards(
    page: Page,
    below: readonly Span[],
    behind: readonly Span[],
  ): Promise<Message[] | undefined> {
    const older = fitting(await this.below(page, below), page.budget);
    if (older.length < lengthOf(below)) return older;
    const newer = await this.newer(page, behind);
    return newer && [...older, ...newer];
  }

  /** The messages of a page behind the base: as many as fit. */
  private newer(page: Page, spans: readonly Span[]): Promise<Message[] | undefined> | Message[] {
    return page.copied ? decodeCopied(page, spans, page.copied) : this.fetch(page, spans);
  }

  private async fetch(page: Page, spans: readonly Span[]): Promise<Message[] | undefined> {
    const open = (seq: number, element: string) => openMessage(page.id, seq, element, page.sealing);
    const elements = await this.fetchElements(page, spans, open);
    return elements && decodeOpened(page, spans, elements);
  }

  /** Undefined when the base has moved. */
  private async fetchElements(
    { owner, id, base, fields, budget, isBackwards }: PagePlace,
    spans: readonly Span[],
    open: (seq: number, element: string) => string,
  ): Promise<string[] | undefined> {
    const keys = this.keys.of(owner).conversation(id);
    const largest = largestMessageOf(fields);
    const list = { key: keys.messagesKey, base, largest };
    const elements = await fetchInChunks(this.redis, list, { spans, isBackwards }, budget, open);
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

/** As Redis has the message. */
function encodeElement(message: Message, sealing: ConversationSealing): string {
  return stampMessage(encodeMessage(message, sealing), message.createdAt);
}

function nowhere(id: string): ConversationDamagedError {
  return new ConversationDamagedError(id, 'Its first messages are nowhere.');
}
