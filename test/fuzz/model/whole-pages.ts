import assert from 'node:assert/strict';
import type {
  Conversation,
  ConversationPage,
  ConversationStore,
  ListQuery,
  Message,
  MessagePage,
  MessageRange,
  Owner,
} from 'conversation-store';

/** Bytes of an item: drivers store it with different bytes around its text. */
interface Size {
  readonly least: number;
  readonly most: number;
}

/**
 * Reads what a page would be if it had no budget of bytes: follows the pages that end early, and asserts
 * that each page has what fits into its budget.
 */
export class WholePages {
  /** How many pages have ended early. */
  cuts = 0;

  constructor(
    private readonly store: Pick<ConversationStore, 'read' | 'list'>,
    private readonly pageBytes: number,
  ) {}

  /** With the `accessDue` of the first page. */
  async read(owner: Owner, id: string, range: MessageRange): Promise<MessagePage> {
    const { limit, from, branch } = range;
    const first = await this.store.read(owner, id, range);
    const isForwards = from !== 'end' && 'after' in from;
    let [messages, page] = [first.messages, first];
    while (page.hasMore && messages.length < limit) {
      const sizes = page.messages.map(sizeOfMessage);
      const next = isForwards
        ? { after: messages.at(-1)?.seq ?? NaN }
        : { before: messages[0]?.seq ?? NaN };
      page = await this.store.read(owner, id, {
        limit: limit - messages.length,
        from: next,
        branch,
      });
      this.assertCut(sizes, page.messages.map(sizeOfMessage).at(isForwards ? 0 : -1));
      messages = isForwards ? [...messages, ...page.messages] : [...page.messages, ...messages];
    }
    this.assertFits(page.messages.map(sizeOfMessage));
    return { ...first, messages, hasMore: page.hasMore };
  }

  async list(owner: Owner, query: ListQuery): Promise<ConversationPage> {
    let page = await this.store.list(owner, query);
    let { conversations } = page;
    while (page.next && conversations.length < query.limit) {
      const sizes = page.conversations.map(sizeOf);
      const limit = query.limit - conversations.length;
      page = await this.store.list(owner, { ...query, limit, after: page.next });
      this.assertCut(sizes, page.conversations.map(sizeOf)[0]);
      conversations = [...conversations, ...page.conversations];
    }
    this.assertFits(page.conversations.map(sizeOf));
    return page.next ? { conversations, next: page.next } : { conversations };
  }

  /** A page of these sizes has ended early before the next one. */
  private assertCut(sizes: readonly Size[], next: Size | undefined): void {
    this.assertFits(sizes);
    assert.ok(sizes.length > 0 && next, 'A page is empty.');
    const most = [...sizes, next].reduce((sum, size) => sum + size.most, 0);
    assert.ok(most > this.pageBytes, `A page ended early that had room for ${most} bytes.`);
    this.cuts++;
  }

  private assertFits(sizes: readonly Size[]): void {
    if (sizes.length < 2) return;
    const least = sizes.reduce((sum, size) => sum + size.least, 0);
    assert.ok(least <= this.pageBytes, `A page has ${least} bytes or more.`);
  }
}

function sizeOfMessage({ parts, metadata }: Message): Size {
  const bytes = Buffer.byteLength(JSON.stringify([parts, metadata]));
  return { least: bytes - 40, most: bytes + 200 };
}

function sizeOf({ title = '', externalId = '', metadata }: Conversation): Size {
  const bytes = Buffer.byteLength(title + externalId + JSON.stringify(metadata));
  // Redis writes no empty metadata, and escapes more characters than JSON.stringify does.
  return { least: bytes - 2, most: 6 * bytes };
}
