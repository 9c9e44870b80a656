import { isDeepStrictEqual } from 'node:util';
import type { ConversationsApi } from './conversations-api.js';
import type { Dialogue } from './dialogue.js';

/** The messages of the conversation are not those of the dialogue. */
export class OtherMessagesError extends Error {}

/**
 * The number of messages of a dialogue that a conversation holds. It may also hold messages that
 * were appended after an import.
 * @throws OtherMessagesError when it holds other messages than the dialogue
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
        `The conversation ${id} has the same externalId, but another message ${count + 1}.`,
      );
    }
    count++;
  }
  return count;
}

/** A message of the file in the form in which the API returns it. */
function asStored(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const { role = 'user', content, parts, metadata } = message as Record<string, unknown>;
  const stored = { role, parts: parts ?? [{ type: 'text', text: content }], metadata };
  // JSON turned -0 and 1e999 into other values when the message was sent.
  return { metadata: undefined, ...(JSON.parse(JSON.stringify(stored)) as object) };
}
