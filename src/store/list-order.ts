import type { Conversation } from '../domain/conversation.js';
import type { ConversationPage, ListPosition, ListQuery } from './conversation-store.js';

/** The order of a list, as a comparator: later `updatedAt` first, ties by descending id. */
export function newestFirst(a: ListPosition, b: ListPosition): number {
  const later = b.updatedAt.getTime() - a.updatedAt.getTime();
  return later !== 0 ? later : a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** The page that a query asks for, of all the conversations that there are. */
export function pageOf(
  conversations: readonly Conversation[],
  { limit, after, statuses }: ListQuery,
): ConversationPage {
  const behind = conversations
    .filter(({ status }) => statuses.includes(status))
    .filter((conversation) => !after || newestFirst(after, conversation) < 0)
    .sort(newestFirst);
  const page = behind.slice(0, limit);
  const last = page.at(-1);
  if (!last || behind.length === page.length) return { conversations: page };
  return { conversations: page, next: { updatedAt: last.updatedAt, id: last.id } };
}
