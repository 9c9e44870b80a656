import type { AccessToken } from './access-token.js';
import { newKey } from './http/new-key.js';
import { toQuery } from './http/query.js';
import { readJson } from './http/read-json.js';
import { readLines } from './http/read-lines.js';
import { unreachable } from './http/read-problem.js';
import { Requests } from './http/requests.js';
import type { RetryOptions } from './http/retry-policy.js';
import { leafOfBranch } from './leaf-of-branch.js';
import type {
  AppendedMessages,
  Conversation,
  ConversationList,
  ConversationPage,
  ConversationPatch,
  ConversationWithMessages,
  ExportedConversation,
  Message,
  MessageList,
  NewConversation,
  NewMessages,
  NewTurn,
  Turn,
} from './model.js';
import type {
  CallOptions,
  ChangeOptions,
  ListQuery,
  MessageIteration,
  MessagesQuery,
  WriteOptions,
} from './call-options.js';
import { conversationPages, messagePages } from './pages.js';
import { TurnStream } from './turns/turn-stream.js';

export interface ClientOptions {
  /** Where the service is, such as `https://chat.example.com`. Without one, the origin of the page. */
  readonly baseUrl?: string;
  readonly token: AccessToken;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  readonly retry?: RetryOptions;
}

const CONVERSATIONS = '/api/v1/conversations';

/**
 * The REST API of Conversation Store for one user. Every method throws a `ProblemError` when it fails. Before that, it
 * has sent the request again where that is safe and may help.
 */
export class ConversationClient {
  private readonly requests: Requests;

  constructor({ baseUrl = '', token, fetch: sendOnce, retry = {} }: ClientOptions) {
    // Not kept as it is now: what watches pages replaces the global one.
    const send = sendOnce ?? ((...request: Parameters<typeof fetch>) => fetch(...request));
    this.requests = new Requests(baseUrl.replace(/\/+$/, ''), token, send, retry);
  }

  createConversation(
    conversation: NewConversation = {},
    options: WriteOptions = {},
  ): Promise<ConversationWithMessages> {
    return this.write(CONVERSATIONS, conversation, options);
  }

  /** A page of conversations, the most recently updated first. {@link conversations} goes on by itself. */
  listConversations(query: ListQuery = {}, options: CallOptions = {}): Promise<ConversationList> {
    return this.read(CONVERSATIONS + toQuery({ ...query }), options);
  }

  /**
   * All conversations, the most recently updated first, read page by page as the loop goes on. One that is updated before the
   * loop comes to it has moved to the front, and is left out.
   */
  conversations(
    query: Omit<ListQuery, 'cursor'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Conversation, void, undefined> {
    return conversationPages((cursor) => this.listConversations({ ...query, cursor }, options));
  }

  /**
   * A conversation with its last messages.
   * @param query.messages how many: 0 to 200, 50 when absent
   * @param query.leaf the branch that ends at this message; the active one when absent
   */
  getConversation(
    id: string,
    query: { readonly messages?: number; readonly leaf?: number } = {},
    options: CallOptions = {},
  ): Promise<ConversationPage> {
    return this.read(pathOf(id) + toQuery({ ...query }), options);
  }

  updateConversation(
    id: string,
    patch: ConversationPatch,
    { ifVersion, signal, headers }: ChangeOptions = {},
  ): Promise<Conversation> {
    const repeatable = ifVersion === undefined ? 'anyway' : 'if-unchanged';
    const call = { method: 'PATCH', path: pathOf(id), body: patch } as const;
    const sent = { ...headers, ...ifMatch(ifVersion) };
    return readJson(this.requests, { ...call, headers: sent, signal, repeatable });
  }

  /** Deletes a conversation with its messages. */
  async deleteConversation(
    id: string,
    { ifVersion, signal, headers }: ChangeOptions = {},
  ): Promise<void> {
    const repeatable = ifVersion === undefined ? 'anyway' : 'if-unchanged';
    const sent = { ...headers, ...ifMatch(ifVersion) };
    const call = { method: 'DELETE', path: pathOf(id), headers: sent } as const;
    await this.requests.send({ ...call, signal, repeatable });
  }

  /** Deletes everything that the user owns. Gives the number of conversations. */
  async eraseConversations(options: CallOptions = {}): Promise<number> {
    const call = {
      method: 'DELETE',
      path: CONVERSATIONS,
      repeatable: 'anyway',
      ...options,
    } as const;
    return (await readJson<{ deleted: number }>(this.requests, call)).deleted;
  }

  /** Saves what the user has changed to PostgreSQL, where Redis is in front of it. Gives the number of conversations. */
  async flushConversations(options: CallOptions = {}): Promise<number> {
    const path = `${CONVERSATIONS}/flush`;
    const call = { method: 'POST', path, repeatable: 'anyway', ...options } as const;
    return (await readJson<{ flushed: number }>(this.requests, call)).flushed;
  }

  /** Everything that the user owns, a conversation at a time, with the messages of all branches. */
  async *exportConversations(
    options: CallOptions = {},
  ): AsyncGenerator<ExportedConversation, void, undefined> {
    const path = `${CONVERSATIONS}/export`;
    const call = { method: 'GET', path, repeatable: 'anyway', ...options } as const;
    const response = await this.requests.send(call);
    if (!response.body) return;
    const lines = readLines(response.body);
    try {
      for await (const line of lines) yield JSON.parse(line) as ExportedConversation;
    } catch (error) {
      throw options.signal?.aborted ? error : unreachable(error, false);
    }
  }

  /** A page of messages in order; the latest ones by default. {@link messages} goes on by itself. */
  listMessages(
    id: string,
    query: MessagesQuery = {},
    options: CallOptions = {},
  ): Promise<MessageList> {
    return this.read(`${pathOf(id)}/messages${toQuery({ ...query })}`, options);
  }

  /** All messages of a branch, read page by page as the loop goes on. */
  messages(
    id: string,
    iteration: MessageIteration = {},
    options: CallOptions = {},
  ): AsyncGenerator<Message, void, undefined> {
    return messagePages((query) => this.listMessages(id, query, options), iteration);
  }

  /** Appends all messages in order, or none of them. */
  appendMessages(
    id: string,
    messages: NewMessages,
    options: WriteOptions = {},
  ): Promise<AppendedMessages> {
    return this.write(`${pathOf(id)}/messages`, messages, options);
  }

  /** A new conversation with a copy of the messages that lead to one, and with that one. */
  forkConversation(id: string, seq: number, options: WriteOptions = {}): Promise<ConversationPage> {
    return this.write(`${pathOf(id)}/fork`, { seq }, options);
  }

  /**
   * Makes the branch with this message the active one: it ends at the newest message that follows from this one. Pass one of
   * the `siblings` of a message to switch to it, then read the messages again.
   */
  async selectBranch(id: string, seq: number, options: CallOptions = {}): Promise<Conversation> {
    const behind = this.messages(id, { leaf: 'all', from: seq }, options);
    return this.updateConversation(id, { leafSeq: await leafOfBranch(seq, behind) }, options);
  }

  /** Begins a turn and gives its events as they come. */
  async streamNewTurn(id: string, turn: NewTurn, options: WriteOptions = {}): Promise<TurnStream> {
    const { idempotencyKey = newKey(), signal } = options;
    const headers = { ...options.headers, 'Idempotency-Key': idempotencyKey, ...EVENTS };
    const path = `${pathOf(id)}/turns/stream`;
    const call = { method: 'POST', path, body: turn, headers, signal } as const;
    const response = await this.requests.send({ ...call, repeatable: 'anyway' });
    const [, turnId] =
      /\/turns\/([^/]+)\/stream/.exec(response.headers.get('location') ?? '') ?? [];
    return this.toStream(id, response, turnId, signal);
  }

  /** Runs a turn to its end. */
  startTurn(id: string, turn: NewTurn, options: WriteOptions = {}): Promise<Turn> {
    return this.write(`${pathOf(id)}/turns`, turn, options);
  }

  /** Asks a turn to end. Its partial reply is stored and marked. */
  async cancelTurn(id: string, turnId: string, options: CallOptions = {}): Promise<void> {
    const path = `${pathOf(id)}/turns/${encodeURIComponent(turnId)}/cancel`;
    await this.requests.send({ method: 'POST', path, repeatable: 'anyway', ...options });
  }

  /** The events of the latest turn or of the one before it, behind `lastEventId`, or all of them. */
  async streamTurn(
    id: string,
    turnId: string,
    { lastEventId = '0', signal }: CallOptions & { readonly lastEventId?: string } = {},
  ): Promise<TurnStream> {
    const response = await this.resumeTurn(id, turnId, lastEventId, signal);
    return this.toStream(id, response, turnId, signal);
  }

  /** The events of the running turn from its start; undefined when no turn runs. */
  async streamCurrentTurn(
    id: string,
    { signal, headers }: CallOptions = {},
  ): Promise<TurnStream | undefined> {
    const path = `${pathOf(id)}/turns/current/stream`;
    const sent = { ...headers, ...EVENTS };
    const call = { method: 'GET', path, headers: sent, signal, repeatable: 'anyway' } as const;
    const response = await this.requests.send(call);
    return response.status === 204 ? undefined : this.toStream(id, response, undefined, signal);
  }

  private toStream(
    id: string,
    response: Response,
    turnId: string | undefined,
    signal: AbortSignal | undefined,
  ): TurnStream {
    const source = {
      retries: this.requests.retries,
      resume: (turn: string, last: string, stop: AbortSignal) =>
        this.resumeTurn(id, turn, last, stop),
      cancel: (turn: string) => this.cancelTurn(id, turn),
    };
    return new TurnStream(source, response, turnId, signal);
  }

  private async resumeTurn(
    id: string,
    turnId: string,
    lastEventId: string,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const path = `${pathOf(id)}/turns/${encodeURIComponent(turnId)}/stream`;
    const headers = { ...EVENTS, 'Last-Event-ID': lastEventId };
    const call = { method: 'GET', path, headers, signal, repeatable: 'anyway' } as const;
    return this.requests.send(call);
  }

  private read<Body>(path: string, options: CallOptions): Promise<Body> {
    return readJson(this.requests, { method: 'GET', path, repeatable: 'anyway', ...options });
  }

  private write<Body>(
    path: string,
    body: unknown,
    { idempotencyKey = newKey(), ...options }: WriteOptions,
  ): Promise<Body> {
    const headers = { ...options.headers, 'Idempotency-Key': idempotencyKey };
    const call = { ...options, method: 'POST', path, body, headers } as const;
    return readJson(this.requests, { ...call, repeatable: 'anyway' });
  }
}

const EVENTS = { Accept: 'text/event-stream' } as const;

function pathOf(id: string): string {
  return `${CONVERSATIONS}/${encodeURIComponent(id)}`;
}

function ifMatch(version: number | undefined): Record<string, string> {
  return version === undefined ? {} : { 'If-Match': `"${version}"` };
}
