import { isDeepStrictEqual } from 'node:util';
import type { ConversationsApi } from './conversations-api.js';
import type { Dialogue } from './dialogue.js';

/** The conversation is not the beginning of the dialogue, nor its continuation. */
export class OtherMessagesError extends Error {}

/**
 * How many messages of a dialogue a conversation holds. It may hold more, of after the import.
 * @throws OtherMessagesError when those that it holds are others
 */
export async function countStored(
  api: ConversationsApi,
  id: string,
  { messages }: Dialogue,
): Promise<number> {
  let count = 0;
  for await (const { role, parts, metadata } of api.messages(id)) {
    if (count === messages.length) break;
    if (!isDeepStrictEqual({ role, parts, metadata }, asStored(messages[count]))) {
      throw new OtherMessagesError(
        `The conversation ${id} has the same externalId, and another message ${count + 1}.`,
      );
    }
    count++;
  }
  return count;
}

/** A message of the file in the form in which the API answers it. */
function asStored(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { role = 'user', content, parts, metadata } = message as Record<string, unknown>;
  const stored = { role, parts: parts ?? [{ type: 'text', text: content }], metadata };
  // What JSON makes of -0 and 1e999 is what was sent.
  return { metadata: undefined, ...(JSON.parse(JSON.stringify(stored)) as object) };
}
