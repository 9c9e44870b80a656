import type { Conversation, ConversationStatus } from './conversation.js';
import { PageBudget } from './page-budget.js';

/** A position in the order of a list of conversations. */
export interface ListPosition {
  readonly updatedAt: Date;
  readonly id: string;
}

/** Which conversations of an owner to list. */
export interface ListQuery {
  /** 1 or more. */
  readonly limit: number;
  /** Only conversations behind this position. */
  readonly after?: ListPosition;
  /** One status or more, each once. */
  readonly statuses: readonly ConversationStatus[];
}

/** A page of an owner's conversations. */
export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  /** The position that the next page follows; absent on the last page. */
  readonly next?: ListPosition;
  /**
   * `archive`: the page comes from the record alone, because the tier in front of it is away. Changes that
   * were not saved yet are missing from it.
   */
  readonly source?: 'archive';
}

/** The order of a list, as a comparator: later `updatedAt` first, ties by descending id. */
export function newestFirst(a: ListPosition, b: ListPosition): number {
  const later = b.updatedAt.getTime() - a.updatedAt.getTime();
  return later !== 0 ? later : a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** The size of a conversation in a list: of what a client chooses. */
function bytesOf({ title = '', externalId = '', metadata }: Conversation): number {
  return Buffer.byteLength(title + externalId + JSON.stringify(metadata));
}

/**
 * The page that a query asks for. A page of more than `pageBytes` ends early.
 * @param conversations all conversations of the owner that have not expired, in any order
 */
export function pageOf(
  conversations: readonly Conversation[],
  { limit, after, statuses }: ListQuery,
  pageBytes: number,
): ConversationPage {
  const behind = conversations
    .filter(({ status }) => statuses.includes(status))
    .filter((conversation) => !after || newestFirst(after, conversation) < 0)
    .sort(newestFirst);
  const budget = new PageBudget(pageBytes);
  const first = behind.slice(0, limit);
  const end = first.findIndex((conversation) => !budget.admits(bytesOf(conversation)));
  const page = end === -1 ? first : first.slice(0, end);
  const last = page.at(-1);
  if (!last || behind.length === page.length) return { conversations: page };
  return { conversations: page, next: { updatedAt: last.updatedAt, id: last.id } };
}
