import type { Dialogue } from './dialogue.js';

/**
 * The key of the request that creates the conversation of a line. The same text again, without an
 * externalId, is another conversation; with one it is the same. `attempt` counts conversations that
 * were made under this key and have been deleted since.
 */
export function createKey(
  { hash, externalId }: Dialogue,
  repetition: number,
  attempt: number,
): string {
  return `import-${hash}-${externalId === undefined ? repetition : 0}-${attempt}`;
}

/** The key of the request that appends the messages from `start` on. */
export function appendKey({ hash }: Dialogue, conversationId: string, start: number): string {
  return `import-${hash}-${conversationId}-${start}`;
}
