import type { ChatMessage } from './chat-message';
import { fetchOrProblem } from './problem';

export interface Conversation {
  readonly id: string;
  readonly title?: string;
  readonly updatedAt: string;
}

export interface ConversationPage {
  readonly data: readonly Conversation[];
  readonly nextCursor: string | null;
}

interface ConversationWithMessages extends Conversation {
  readonly messages: ChatMessage[];
}

const CONVERSATIONS = '/api/v1/conversations';
const PAGE = 20;
/** The most that the service gives with a conversation. */
const MESSAGES = 200;

/** The REST API, as the page uses it. Each call throws a `ProblemError`. */
export class ConversationsApi {
  constructor(readonly token: string) {}

  get headers(): Record<string, string> {
    return { Authorization: `Bearer ${this.token}` };
  }

  turnsUrl(id: string): string {
    return `${CONVERSATIONS}/${id}/turns`;
  }

  async list(cursor?: string): Promise<ConversationPage> {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor && { cursor }) });
    return (await this.call('GET', `${CONVERSATIONS}?${query}`)) as ConversationPage;
  }

  /** With the same key, creates one conversation, however often it is called. */
  async create(title: string, idempotencyKey: string): Promise<Conversation> {
    const headers = { 'Idempotency-Key': idempotencyKey };
    return (await this.call('POST', CONVERSATIONS, { title }, headers)) as Conversation;
  }

  async read(id: string): Promise<ConversationWithMessages> {
    const url = `${CONVERSATIONS}/${id}?messages=${MESSAGES}`;
    return (await this.call('GET', url)) as ConversationWithMessages;
  }

  async cancelTurn(id: string, turnId: string): Promise<void> {
    await this.call('POST', `${this.turnsUrl(id)}/${turnId}/cancel`);
  }

  private async call(
    method: string,
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<unknown> {
    const response = await fetchOrProblem(url, {
      method,
      headers: {
        ...this.headers,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }
}
