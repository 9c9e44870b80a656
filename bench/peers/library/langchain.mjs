import { HumanMessage } from '@langchain/core/messages';
import { RedisChatMessageHistory } from '@langchain/redis';
import { createClient } from 'redis';

/** `ttl`: seconds that a conversation lives on after each append; it lives for ever without. */
export function langchain(ttl) {
  return async (url, text) => {
    const client = createClient({ url });
    await client.connect();
    let sessions = 0;
    return {
      async openConversation() {
        const sessionId = `session:${sessions++}`;
        const history = new RedisChatMessageHistory({ client, sessionId, sessionTTL: ttl });
        return {
          append: () => history.addMessage(new HumanMessage(text)),
          count: async () => (await history.getMessages()).length,
        };
      },
      close: () => client.quit(),
    };
  };
}
