import type { ApiAnswer, ImportApi } from './api-client.js';
import { RefusedError } from './import.errors.js';

const CONVERSATIONS = '/api/v1/conversations';

interface ConversationBody {
  readonly id: string;
  readonly externalId?: string;
  readonly messageCount: number;
  readonly version: number;
}

interface MessageBody {
  readonly seq: number;
  readonly role: string;
  readonly parts: readonly unknown[];
  readonly metadata?: unknown;
}

interface Page<Item> {
  readonly data: readonly Item[];
}

/** The routes that an import uses. All methods reject with RefusedError or ImportStoppedError. */
export class ConversationsApi {
  constructor(private readonly api: ImportApi) {}

  create(body: unknown, key: string): Promise<ApiAnswer<ConversationBody>> {
    return this.api.post(CONVERSATIONS, body, key);
  }

  async append(id: string, body: unknown, key: string): Promise<void> {
    await this.api.post(`${CONVERSATIONS}/${id}/messages`, body, key);
  }

  async update(id: string, patch: unknown): Promise<void> {
    await this.api.patch(`${CONVERSATIONS}/${id}`, patch);
  }

  async version(id: string): Promise<number> {
    const path = `${CONVERSATIONS}/${id}?messages=0`;
    const { version }: ConversationBody = await this.api.get(path);
    return version;
  }

  /** All conversations of the caller, read page by page. */
  async *list(): AsyncGenerator<ConversationBody> {
    type ListPage = Page<ConversationBody> & { readonly nextCursor: string | null };
    let cursor = '';
    do {
      const page: ListPage = await this.api.get(`${CONVERSATIONS}?limit=100${cursor}`);
      yield* page.data;
      cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`;
    } while (cursor !== '');
  }

  /** The messages of all branches of a conversation in order, read page by page. */
  async *messages(id: string): AsyncGenerator<MessageBody> {
    let last: MessageBody | undefined;
    let hasMore = true;
    while (hasMore) {
      const path = `${CONVERSATIONS}/${id}/messages?leaf=all&limit=200&after=${last?.seq ?? 0}`;
      const page: Page<MessageBody> & { hasMore: boolean } = await this.api.get(path);
      yield* page.data;
      last = page.data.at(-1);
      hasMore = page.hasMore && last !== undefined;
    }
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 404;
}
