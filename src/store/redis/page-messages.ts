import type { Message } from '../../domain/message.js';
import type { Span } from '../../domain/message-range.js';
import type { Owner } from '../../domain/owner.js';
import type { PageBudget } from '../../domain/page-budget.js';
import { decodeFitting } from '../codecs/decode-fitting.js';
import { decodeMessage, isSealed, plainBytesOf } from '../codecs/message.codec.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import type { Fields } from './codecs/script-reply.js';
import type { MessagesToFetch } from './message-chunks.js';
import { lengthOf, seqsIn } from './message-spans.js';

/** Where the messages of a page are. */
export interface PagePlace {
  readonly owner: Owner;
  readonly id: string;
  readonly fields: Fields;
  /** The messages up to this seq are not in Redis. */
  readonly base: number;
  readonly isBackwards: boolean;
  readonly budget: PageBudget;
  readonly sealing: ConversationSealing;
}

/** A page as the script determined it. */
export interface Page extends PagePlace, MessagesToFetch {
  /** The elements behind the base, unless they have to be fetched. */
  readonly copied: readonly string[] | null;
}

/** The messages of a part of a page that the script has copied: as many as fit. */
export function decodeCopied(
  page: Page,
  spans: readonly Span[],
  elements: readonly string[],
): Message[] {
  const isWholePage = lengthOf(spans) === lengthOf(page.spans);
  // The script copies no more plain bytes than fit into a page.
  if (isWholePage && !elements.some(isSealed)) return decodeOpened(page, spans, elements);
  const { id: conversationId, isBackwards, budget, sealing } = page;
  const seqs = seqsIn(spans);
  const seqAt = (index: number): number => seqs[index] as number;
  return decodeFitting({ conversationId, elements, seqAt, isBackwards }, budget, sealing);
}

/** Elements of the spans: their first ones, or their last ones on a page that is read backwards. */
export function decodeOpened(
  { id, isBackwards, sealing }: Page,
  spans: readonly Span[],
  elements: readonly string[],
): Message[] {
  const seqs = seqsIn(spans);
  const skipped = isBackwards ? seqs.length - elements.length : 0;
  return elements.map((element, i) =>
    decodeMessage(id, seqs[skipped + i] as number, element, sealing),
  );
}

/** The messages that the budget admits, by the bytes of their elements. */
export function fitting(messages: readonly Message[], budget: PageBudget): Message[] {
  const end = messages.findIndex((message) => !budget.admits(plainBytesOf(message)));
  return end === -1 ? [...messages] : messages.slice(0, end);
}
