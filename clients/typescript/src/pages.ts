import type { MessageIteration, MessagesQuery } from './call-options.js';
import type { Conversation, ConversationList, Message, MessageList } from './model.js';

/** The most messages that a page can have. */
const LARGEST_PAGE = 200;

/** All that a list has, a page at a time. */
export async function* conversationPages(
  read: (cursor: string | undefined) => Promise<ConversationList>,
): AsyncGenerator<Conversation, void, undefined> {
  let cursor: string | undefined;
  do {
    const { data, nextCursor } = await read(cursor);
    yield* data;
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}

/** The messages of a branch, a page at a time. It stays on its branch when somebody selects another one. */
export async function* messagePages(
  read: (query: MessagesQuery) => Promise<MessageList>,
  { direction = 'forwards', from, leaf, pageSize = LARGEST_PAGE }: MessageIteration,
): AsyncGenerator<Message, void, undefined> {
  const isForwards = direction === 'forwards';
  let branch = leaf;
  let seq = from ?? (isForwards ? 0 : undefined);
  for (;;) {
    const place = isForwards ? { after: seq } : { before: seq };
    const { data, hasMore, leafSeq } = await read({ limit: pageSize, leaf: branch, ...place });
    yield* isForwards ? data : [...data].reverse();
    seq = (isForwards ? data.at(-1) : data[0])?.seq;
    if (!hasMore || seq === undefined) return;
    branch ??= leafSeq;
  }
}
