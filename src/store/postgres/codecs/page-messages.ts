import type { Message } from '../../../domain/message.js';
import type { Owner } from '../../../domain/owner.js';
import { PageBudget } from '../../../domain/page-budget.js';
import { decodeMessage, isSealed, openMessage } from '../../codecs/message.codec.js';
import type { Sealing } from '../../sealing/sealing.js';

/** How much larger encrypted messages are at most, but for short ones. */
const ENCRYPTED = 1.4;

/** The bodies that were read for a page. */
interface PageBodies {
  readonly owner: Owner;
  readonly conversationId: string;
  readonly bodies: readonly string[];
  /** The seq of each. */
  readonly seqAt: (index: number) => number;
  /** Whether the page begins with the last one. */
  readonly isBackwards: boolean;
}

/** The bytes of bodies that have about `pageBytes` when they are opened, or more. */
export function storedPageBytes(pageBytes: number, { encrypts }: Sealing): number {
  return encrypts ? Math.ceil(pageBytes * ENCRYPTED) : pageBytes;
}

/**
 * The messages of a page, in order. What is sealed becomes larger or smaller when it is opened, so the page has as many as
 * fit into its bytes then, and no others are opened.
 * @throws ConversationDamagedError
 */
export function decodePage(
  { owner, conversationId: id, bodies, seqAt, isBackwards }: PageBodies,
  pageBytes: number,
  sealing: Sealing,
): Message[] {
  const sealed = sealing.of(owner, id);
  if (!sealing.encrypts && !bodies.some(isSealed)) {
    return bodies.map((body, i) => decodeMessage(id, seqAt(i), body, sealed));
  }
  const budget = new PageBudget(pageBytes);
  const messages: Message[] = [];
  for (let i = 0; i < bodies.length; i++) {
    const index = isBackwards ? bodies.length - 1 - i : i;
    const body = openMessage(id, seqAt(index), bodies[index] as string, sealed);
    if (!budget.admits(Buffer.byteLength(body))) break;
    messages.push(decodeMessage(id, seqAt(index), body, sealed));
  }
  return isBackwards ? messages.reverse() : messages;
}
