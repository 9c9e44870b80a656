import type { Message } from '../../domain/message.js';
import type { PageBudget } from '../../domain/page-budget.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import { decodeMessage, openMessage } from './message.codec.js';

/** Elements of a conversation that were read for a page, in order. */
export interface PageElements {
  readonly conversationId: string;
  readonly elements: readonly string[];
  /** The seq of each. */
  readonly seqAt: (index: number) => number;
  /** Whether the page begins with the last one. */
  readonly isBackwards: boolean;
}

/**
 * The messages that the budget admits, in order. What is sealed becomes larger or smaller when it is opened: the bytes
 * count that it has then. No element behind the first one that does not fit is opened.
 * @throws ConversationDamagedError
 */
export function decodeFitting(
  { conversationId, elements, seqAt, isBackwards }: PageElements,
  budget: PageBudget,
  sealing: ConversationSealing,
): Message[] {
  const messages: Message[] = [];
  for (let i = 0; i < elements.length; i++) {
    const index = isBackwards ? elements.length - 1 - i : i;
    const seq = seqAt(index);
    const element = openMessage(conversationId, seq, elements[index] as string, sealing);
    if (!budget.admits(Buffer.byteLength(element))) break;
    messages.push(decodeMessage(conversationId, seq, element, sealing));
  }
  return isBackwards ? messages.reverse() : messages;
}
