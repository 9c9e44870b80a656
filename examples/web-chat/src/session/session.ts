import { ConversationClient } from '@conversation-store/client';
import { ConversationStoreTransport } from '@conversation-store/client/ai';

/** What one user has of the service: the client, and the transport of all chats. */
export class Session {
  readonly client: ConversationClient;
  readonly transport: ConversationStoreTransport;

  constructor(token: string) {
    // Without a base URL: the page calls the service under its own origin.
    this.client = new ConversationClient({ token, fetch: fetchToTheEnd, retry: { attempts: 4 } });
    this.transport = new ConversationStoreTransport({ client: this.client });
  }
}

/** A deletion is sent also when the page is closed before its answer. */
function fetchToTheEnd(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  return fetch(input, { ...init, keepalive: init?.method === 'DELETE' });
}
