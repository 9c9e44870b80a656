import type { ConversationStatus } from './model.js';

export interface CallOptions {
  /** Aborts the call, which then throws the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
  /** Beside those of the client, such as `traceparent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Of 1 to 255 visible ASCII characters. The client makes one for each call when it is absent. */
  readonly idempotencyKey?: string | undefined;
}

export interface ChangeOptions extends CallOptions {
  /** The `version` that the conversation must still have. The problem is `version-conflict` when it has another one. */
  readonly ifVersion?: number | undefined;
}

export interface ListQuery {
  /** How many at most: 1 to 100. */
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly status?: ConversationStatus | readonly ConversationStatus[] | undefined;
}

export interface MessagesQuery {
  /** How many at most: 1 to 200. */
  readonly limit?: number | undefined;
  /** Only messages with a lower `seq`; not together with `after`. */
  readonly before?: number | undefined;
  /** Only messages with a higher `seq`, the oldest first. */
  readonly after?: number | undefined;
  /** The branch that ends at this message, the active one when absent; `all`: the messages of all branches. */
  readonly leaf?: number | 'all' | undefined;
}

/** Where an iteration over messages begins, and which way it goes. */
export interface MessageIteration {
  /** `forwards` from the oldest message, when absent; `backwards` from the newest one. */
  readonly direction?: 'forwards' | 'backwards' | undefined;
  /** The `seq` behind which it begins. */
  readonly from?: number | undefined;
  readonly leaf?: number | 'all' | undefined;
  /** How many messages a request asks for: 1 to 200, which it is when absent. */
  readonly pageSize?: number | undefined;
}
