import type { ConversationClient } from '../conversation-client.js';
import type { Message } from '../model.js';

/** The message at a seq, on whichever branch; undefined when there is none. @throws ProblemError */
export async function messageAt(
  client: ConversationClient,
  conversationId: string,
  seq: number,
): Promise<Message | undefined> {
  const query = { after: seq - 1, limit: 1, leaf: 'all' } as const;
  const { data } = await client.listMessages(conversationId, query);
  return data.find((message) => message.seq === seq);
}

/** The message of an id on the active branch; undefined when there is none. @throws ProblemError */
export async function messageOf(
  client: ConversationClient,
  conversationId: string,
  id: string,
): Promise<Message | undefined> {
  for await (const message of client.messages(conversationId, { direction: 'backwards' })) {
    if (message.id === id) return message;
  }
  return undefined;
}
