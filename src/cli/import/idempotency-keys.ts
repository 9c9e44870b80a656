import type { Dialogue } from './dialogue.js';

/**
 * The key of the request that creates the conversation of a line. When a text stands in the file
 * several times, each of its lines is a conversation of its own, unless it has an externalId.
 * `attempt` is the number of conversations of this line that were made and have been deleted since.
 */
export function createKey(
  { hash, externalId }: Dialogue,
  repetition: number,
  attempt: number,
): string {
  return `import-${hash}-${externalId === undefined ? repetition : 0}-${attempt}`;
}

/** The key of the request that appends the messages from the index `start` on. */
export function appendKey({ hash }: Dialogue, conversationId: string, start: number): string {
  return `import-${hash}-${conversationId}-${start}`;
}
