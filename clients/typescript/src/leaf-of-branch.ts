import type { Message } from './model.js';

/**
 * The newest message that follows from a message, over any number of others; that message itself when nothing follows.
 * @param behind the messages of all branches behind it, in order
 */
export async function leafOfBranch(seq: number, behind: AsyncIterable<Message>): Promise<number> {
  const branch = new Set([seq]);
  let leaf = seq;
  for await (const message of behind) {
    if (!branch.has(message.parentSeq ?? message.seq - 1)) continue;
    branch.add(message.seq);
    leaf = message.seq;
  }
  return leaf;
}
