import { DefaultChatTransport } from 'ai';
import type { ChatMessage } from './chat-message';
import type { ConversationsApi } from './conversations-api';
import { fetchOrProblem } from './problem';

/** `useChat`'s requests, as the service's routes of one conversation. */
export function createTransport(
  api: ConversationsApi,
  conversationId: string,
): DefaultChatTransport<ChatMessage> {
  const turns = api.turnsUrl(conversationId);
  const stream = { ...api.headers, Accept: 'text/event-stream' };
  return new DefaultChatTransport({
    fetch: fetchOrProblem,
    prepareSendMessagesRequest: ({ messages }) => {
      // The service knows all messages but the last. Its id makes it safe to send that again.
      const { id, parts } = messages.at(-1) as ChatMessage;
      return {
        api: turns,
        headers: { ...stream, 'Idempotency-Key': id },
        body: { message: { parts } },
      };
    },
    prepareReconnectToStreamRequest: () => ({ api: `${turns}/current/stream`, headers: stream }),
  });
}
