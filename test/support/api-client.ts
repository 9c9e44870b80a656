import { expectDescribed } from './expect-described.js';
import { aToken, type TestUser } from './token.js';

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; an empty object when there is no JSON. */
  readonly body: ApiBody;
}

export interface MessageBody {
  readonly id: string;
  readonly seq: number;
  readonly role: string;
  readonly parts: readonly Readonly<Record<string, unknown>>[];
  readonly parentSeq?: number;
  readonly siblings?: readonly number[];
  readonly supersedes?: number;
  readonly metadata?: unknown;
  readonly createdAt: string;
}

export interface ConversationBody {
  readonly id: string;
  readonly externalId?: string;
  readonly title?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly messageCount: number;
  readonly leafSeq: number;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastAccessedAt: string;
  readonly expiresAt: string | null;
  readonly messages: readonly MessageBody[];
}

/** Whatever any answer may hold: a test asserts what is there. */
export interface ApiBody extends ConversationBody {
  readonly data: readonly (ConversationBody & MessageBody)[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
  readonly conversation: ConversationBody;
  readonly conversations: readonly ConversationBody[];
  readonly conversationId: string;
  readonly deleted: number;
  readonly turnId: string;
  readonly type: string;
  readonly status: string | number;
  readonly detail?: string;
  readonly mayHaveBeenApplied?: boolean;
  readonly errors: readonly { readonly field: string; readonly message: string }[];
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type RequestHeaders = Readonly<Record<string, string>>;

/** The REST API as one user sees it, over real HTTP. It rejects what the API description does not have. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  static for(url: string, user?: TestUser): ApiClient {
    return new ApiClient(url, aToken(user));
  }

  get(path: string, headers?: RequestHeaders): Promise<ApiResponse> {
    return this.request('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers?: RequestHeaders): Promise<ApiResponse> {
    return this.request('POST', path, body, headers);
  }

  patch(path: string, body: unknown, headers?: RequestHeaders): Promise<ApiResponse> {
    return this.request('PATCH', path, body, headers);
  }

  delete(path: string, headers?: RequestHeaders): Promise<ApiResponse> {
    return this.request('DELETE', path, undefined, headers);
  }

  /** A string or bytes go as they are, anything else as JSON; undefined sends no body. */
  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: RequestHeaders = {},
  ): Promise<ApiResponse> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers: answered } = response;
    const sent = isRaw ? undefined : body;
    expectDescribed({ method, path, sent, status, headers: answered, text });
    const isJson = /[/+]json$/.test(response.headers.get('content-type')?.split(';')[0] ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as ApiBody,
    };
  }
}

export const CONVERSATIONS = '/api/v1/conversations';
