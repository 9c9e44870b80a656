import type { Message } from '../../../domain/message.js';
import type { Owner } from '../../../domain/owner.js';
import { PageBudget } from '../../../domain/page-budget.js';
import { decodeFitting, type PageElements } from '../../codecs/decode-fitting.js';
import { decodeMessage, isSealed } from '../../codecs/message.codec.js';
import type { Sealing } from '../../sealing/sealing.js';

/** How much larger encrypted messages are at most, but for short ones. */
const ENCRYPTED = 1.4;

/** The bytes of bodies that have about `pageBytes` when they are opened, or more. */
export function storedPageBytes(pageBytes: number, { encrypts }: Sealing): number {
  return encrypts ? Math.ceil(pageBytes * ENCRYPTED) : pageBytes;
}

/**
 * The messages of a page, in order: as many as fit into its bytes when they are opened.
 * @throws ConversationDamagedError
 */
export function decodePage(
  owner: Owner,
  page: PageElements,
  pageBytes: number,
  sealing: Sealing,
): Message[] {
  const { conversationId: id, elements, seqAt } = page;
  const sealed = sealing.of(owner, id);
  // The statement has read no more plain bytes than fit.
  if (!sealing.encrypts && !elements.some(isSealed)) {
    return elements.map((element, i) => decodeMessage(id, seqAt(i), element, sealed));
  }
  return decodeFitting(page, new PageBudget(pageBytes), sealed);
}
