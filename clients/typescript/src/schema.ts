/** Made from docs/openapi.json by `npm run openapi`. Do not edit. */
export interface components {
  schemas: {
    readonly AbortEvent: {
      /** @enum {string} */
      readonly type: 'abort';
      readonly reason?: string;
    };
    readonly AppendedMessages: {
      /** @description The messages of this request. */
      readonly data: readonly components['schemas']['Message'][];
      readonly conversation: components['schemas']['Conversation'];
    };
    readonly Approval: {
      /** @description The id of the approval, as the part has it. */
      readonly id: string;
      readonly approved: boolean;
      readonly reason?: string;
    };
    readonly ChatList: {
      /** @description `null` at the end. */
      readonly nextCursor: string | null;
      readonly conversations: readonly components['schemas']['Conversation'][];
    };
    readonly ChatListOptions: {
      /** @description `20` when absent. */
      readonly limit?: number;
      readonly cursor?: string;
      /** @description One status or several. */
      readonly status?:
        ('active' | 'completed' | 'archived') | readonly ('active' | 'completed' | 'archived')[];
    };
    readonly ChatSent: {
      /** Format: uuid */
      readonly conversationId: string;
      readonly messages: readonly components['schemas']['Message'][];
    };
    readonly ChatStarted: {
      /** Format: uuid */
      readonly conversationId: string;
      readonly conversation: components['schemas']['ConversationWithMessages'];
    };
    readonly Continuation: {
      readonly seq: number;
      /** @description `[]` when absent. */
      readonly toolResults?: readonly components['schemas']['ToolResult'][];
      /** @description `[]` when absent. */
      readonly approvals?: readonly components['schemas']['Approval'][];
    };
    readonly ContinueTurn: {
      readonly continue: components['schemas']['Continuation'];
      /**
       * @description While another turn runs: fail with 409, wait for its end, or cancel it. `reject` when absent.
       * @enum {string}
       */
      readonly onConflict?: 'reject' | 'enqueue' | 'interrupt';
    };
    readonly Conversation: {
      /** Format: uuid */
      readonly id: string;
      /** @description The message of another conversation up to which this one was copied. */
      readonly forkedFrom?: components['schemas']['ForkOrigin'];
      /** @enum {string} */
      readonly status: 'active' | 'completed' | 'archived';
      readonly metadata: {
        readonly [key: string]: string;
      };
      /** @description Messages of all branches. */
      readonly messageCount: number;
      /** @description The last message of the active branch; 0 without messages. */
      readonly leafSeq: number;
      /** @description Every change adds one. The `ETag` is this number in quotes. */
      readonly version: number;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly updatedAt: string;
      /** Format: date-time */
      readonly lastAccessedAt: string;
      /**
       * Format: date-time
       * @description When the conversation is deleted, unless somebody reads it or writes to it before. `null`: it exists until it is deleted.
       */
      readonly expiresAt: string | null;
      readonly tenantId: string;
      readonly userId: string;
      /** @description The client's own name for it. */
      readonly externalId?: string;
      readonly title?: string;
    };
    readonly ConversationList: {
      /** @description `null` at the end. */
      readonly nextCursor: string | null;
      readonly data: readonly components['schemas']['Conversation'][];
    };
    readonly ConversationPage: {
      /** Format: uuid */
      readonly id: string;
      /** @description The message of another conversation up to which this one was copied. */
      readonly forkedFrom?: components['schemas']['ForkOrigin'];
      /** @enum {string} */
      readonly status: 'active' | 'completed' | 'archived';
      readonly metadata: {
        readonly [key: string]: string;
      };
      /** @description Messages of all branches. */
      readonly messageCount: number;
      /** @description The last message of the active branch; 0 without messages. */
      readonly leafSeq: number;
      /** @description Every change adds one. The `ETag` is this number in quotes. */
      readonly version: number;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly updatedAt: string;
      /** Format: date-time */
      readonly lastAccessedAt: string;
      /**
       * Format: date-time
       * @description When the conversation is deleted, unless somebody reads it or writes to it before. `null`: it exists until it is deleted.
       */
      readonly expiresAt: string | null;
      readonly messages: readonly components['schemas']['Message'][];
      readonly tenantId: string;
      readonly userId: string;
      /** @description The client's own name for it. */
      readonly externalId?: string;
      readonly title?: string;
      /** @description Whether the conversation has older messages than these. */
      readonly hasMore: boolean;
    };
    readonly ConversationPatch: {
      /** @description The message at which the active branch is to end. */
      readonly leafSeq?: number;
      readonly metadata?: {
        readonly [key: string]: string | null;
      } | null;
      readonly externalId?: string | null;
      readonly title?: string | null;
      /** @enum {string} */
      readonly status?: 'active' | 'completed' | 'archived';
    };
    readonly ConversationWithMessages: {
      /** Format: uuid */
      readonly id: string;
      /** @description The message of another conversation up to which this one was copied. */
      readonly forkedFrom?: components['schemas']['ForkOrigin'];
      /** @enum {string} */
      readonly status: 'active' | 'completed' | 'archived';
      readonly metadata: {
        readonly [key: string]: string;
      };
      /** @description Messages of all branches. */
      readonly messageCount: number;
      /** @description The last message of the active branch; 0 without messages. */
      readonly leafSeq: number;
      /** @description Every change adds one. The `ETag` is this number in quotes. */
      readonly version: number;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly updatedAt: string;
      /** Format: date-time */
      readonly lastAccessedAt: string;
      /**
       * Format: date-time
       * @description When the conversation is deleted, unless somebody reads it or writes to it before. `null`: it exists until it is deleted.
       */
      readonly expiresAt: string | null;
      readonly messages: readonly components['schemas']['Message'][];
      readonly tenantId: string;
      readonly userId: string;
      /** @description The client's own name for it. */
      readonly externalId?: string;
      readonly title?: string;
    };
    readonly CustomEvent: {
      /** @enum {string} */
      readonly type: 'custom';
      readonly kind: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
    };
    /** @description A part of the application’s own. Its type begins with `data-`. */
    readonly DataEvent: {
      readonly type: string;
      readonly id?: string;
      /** @description Any JSON. */
      readonly data: unknown;
      /** @description Streamed, and not stored. */
      readonly transient?: boolean;
    };
    readonly Erased: {
      /** @description The number of conversations that were deleted. */
      readonly deleted: number;
    };
    readonly ErrorEvent: {
      /** @enum {string} */
      readonly type: 'error';
      readonly errorText: string;
      readonly problem?: components['schemas']['Problem'];
    };
    readonly FieldError: {
      /** @description The path of the field, such as `messages.0.content`. */
      readonly field: string;
      readonly message: string;
    };
    readonly FileEvent: {
      /** @enum {string} */
      readonly type: 'file' | 'reasoning-file';
      readonly mediaType: string;
      readonly url: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
    };
    readonly FinishEvent: {
      /** @enum {string} */
      readonly type: 'finish';
      /** @enum {string} */
      readonly finishReason?:
        'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'interrupted' | 'other';
      readonly messageMetadata?:
        | ({
            /**
             * Format: uuid
             * @description Cancels or resumes the turn.
             */
            readonly turnId?: string;
            /** @description The `seq` of the message that the turn answers. */
            readonly userSeq?: number;
          } & {
            readonly [key: string]: unknown;
          })
        | null;
    };
    readonly Flushed: {
      /** @description The number of conversations that were saved. */
      readonly flushed: number;
    };
    readonly ForkOrigin: {
      /** Format: uuid */
      readonly id: string;
      readonly seq: number;
    };
    readonly ForkPoint: {
      /** @description The last message to copy, on any branch. */
      readonly seq: number;
    };
    /** @description What is checked: `store` has its driver and its latency, too. */
    readonly HealthIndicator: {
      /** @enum {string} */
      readonly status: 'up' | 'down';
      readonly driver?: string;
      readonly latencyMs?: number;
    } & {
      readonly [key: string]: unknown;
    };
    readonly HealthReport: {
      /** @enum {string} */
      readonly status: 'ok' | 'error' | 'shutting_down';
      /** @description What is up. */
      readonly info?: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description What is down. */
      readonly error?: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
      /** @description Everything. */
      readonly details?: {
        readonly [key: string]: components['schemas']['HealthIndicator'];
      };
    };
    readonly Message: {
      /** Format: uuid */
      readonly id: string;
      /** @description 1, 2, 3 … in its conversation. */
      readonly seq: number;
      /** @description The `seq` of the message that this one follows, 0 for none. Absent when that is the message of the `seq` before. */
      readonly parentSeq?: number;
      /** @description The messages that follow the same message, with this one. Absent when this one is alone. */
      readonly siblings?: readonly number[];
      /** @description The message that this one stands in place of, because the assistant went on with it. */
      readonly supersedes?: number;
      /** @enum {string} */
      readonly role: 'user' | 'assistant' | 'system' | 'tool';
      readonly parts: readonly components['schemas']['Part'][];
      readonly metadata?: {
        readonly [key: string]: unknown;
      };
      /** Format: date-time */
      readonly createdAt: string;
    };
    readonly MessageList: {
      readonly data: readonly components['schemas']['Message'][];
      /** @description The last message of the branch that this is a page of: pass it as `leaf` for the next page. */
      readonly leafSeq: number;
      /** @description Whether there are more messages: newer ones with `after`, and else older ones. */
      readonly hasMore: boolean;
    };
    /** @description A message to store, or only its text. */
    readonly MessageOrText:
      string | components['schemas']['NewTextMessage'] | components['schemas']['NewPartsMessage'];
    readonly MessageTurn: {
      readonly message: components['schemas']['MessageOrText'];
      /** @description The message that `message` is to follow, 0 before the first one; the last one of the active branch when absent. */
      readonly parentSeq?: number;
      /**
       * @description While another turn runs: fail with 409, wait for its end, or cancel it. `reject` when absent.
       * @enum {string}
       */
      readonly onConflict?: 'reject' | 'enqueue' | 'interrupt';
    };
    readonly MetadataEvent: {
      /** @enum {string} */
      readonly type: 'message-metadata';
      readonly messageMetadata:
        | ({
            /**
             * Format: uuid
             * @description Cancels or resumes the turn.
             */
            readonly turnId?: string;
            /** @description The `seq` of the message that the turn answers. */
            readonly userSeq?: number;
          } & {
            readonly [key: string]: unknown;
          })
        | null;
    };
    readonly NewChatMessage: {
      /** Format: uuid */
      readonly conversationId: string;
      readonly message: components['schemas']['MessageOrText'];
    };
    readonly NewConversation: {
      readonly metadata?: {
        readonly [key: string]: string;
      };
      readonly messages?: readonly components['schemas']['NewMessage'][];
      readonly externalId?: string;
      readonly title?: string;
    };
    /** @description A message to store: a text, or parts. */
    readonly NewMessage:
      components['schemas']['NewTextMessage'] | components['schemas']['NewPartsMessage'];
    readonly NewMessages: {
      readonly messages: readonly components['schemas']['NewMessage'][];
      /** @description The message that the first one is to follow, 0 before the first message; the last one of the active branch when absent. */
      readonly parentSeq?: number;
      /** @description The message that the first one is to stand in place of, without `parentSeq`. Needs the service role. */
      readonly supersedes?: number;
    };
    /** @description A message that has parts. A whole `UIMessage` of the AI SDK is one. */
    readonly NewPartsMessage: {
      readonly parts: readonly components['schemas']['Part'][];
      /**
       * @description `user` when absent.
       * @enum {string}
       */
      readonly role?: 'user' | 'assistant' | 'system' | 'tool';
      readonly metadata?: {
        readonly [key: string]: unknown;
      };
      /** @description Ignored: the server makes the ids of messages. It is here for a `UIMessage`, which has the id of its client. */
      readonly id?: string;
    };
    /** @description A message that is a text. */
    readonly NewTextMessage: {
      /** @description The text of the message. */
      readonly content: string;
      /**
       * @description `user` when absent.
       * @enum {string}
       */
      readonly role?: 'user' | 'assistant' | 'system' | 'tool';
      readonly metadata?: {
        readonly [key: string]: unknown;
      };
      /** @description Ignored: the server makes the ids of messages. It is here for a `UIMessage`, which has the id of its client. */
      readonly id?: string;
    };
    /** @description What is to be answered: a `message`, or one that is stored. */
    readonly NewTurn:
      | components['schemas']['MessageTurn']
      | components['schemas']['RegenerateTurn']
      | components['schemas']['ContinueTurn'];
    /** @description A part of an AI SDK `UIMessage`, stored as sent. A part of the type `text` has a `text`. A part of another type may have any properties. */
    readonly Part: {
      readonly type: string;
      /** @description Required when the type is `text`. */
      readonly text?: string;
    } & {
      readonly [key: string]: unknown;
    };
    /** @description The body of an error response (RFC 9457), sent as `application/problem+json`. */
    readonly Problem: {
      readonly status: number;
      /** @description The fields that are wrong. */
      readonly errors?: readonly components['schemas']['FieldError'][];
      /**
       * @description In a 503 of an overload: the bound that the request reached, such as `slots` or `running-turns`.
       * @enum {string}
       */
      readonly bound?:
        | 'slots'
        | 'unverified-requests'
        | 'rate-limits'
        | 'body-bytes'
        | 'unsent-bytes'
        | 'running-turns'
        | 'queued-turns'
        | 'streams'
        | 'exports';
      /** @description `/problems/<slug>`: the path of a page that explains the problem. */
      readonly type: string;
      readonly title: string;
      readonly detail?: string;
      /** @description The path of the request. */
      readonly instance?: string;
      /** @description In a 503: whether the store may have applied the change all the same. */
      readonly mayHaveBeenApplied?: boolean;
    };
    readonly RegenerateTurn: {
      /** @description The `seq` of a message of the user that is to be answered again. */
      readonly regenerate: number;
      /**
       * @description While another turn runs: fail with 409, wait for its end, or cancel it. `reject` when absent.
       * @enum {string}
       */
      readonly onConflict?: 'reject' | 'enqueue' | 'interrupt';
    };
    readonly SourceDocumentEvent: {
      /** @enum {string} */
      readonly type: 'source-document';
      readonly sourceId: string;
      readonly mediaType: string;
      readonly title: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly filename?: string;
    };
    readonly SourceUrlEvent: {
      /** @enum {string} */
      readonly type: 'source-url';
      readonly sourceId: string;
      readonly url: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly title?: string;
    };
    readonly StartEvent: {
      /** @enum {string} */
      readonly type: 'start';
      readonly messageId?: string;
      readonly messageMetadata?:
        | ({
            /**
             * Format: uuid
             * @description Cancels or resumes the turn.
             */
            readonly turnId?: string;
            /** @description The `seq` of the message that the turn answers. */
            readonly userSeq?: number;
          } & {
            readonly [key: string]: unknown;
          })
        | null;
    };
    readonly SteeringMessageEvent: {
      /** @enum {string} */
      readonly type: 'steering-message';
      readonly id: string;
      readonly parts: readonly unknown[];
    };
    readonly StepEvent: {
      /** @enum {string} */
      readonly type: 'start-step' | 'finish-step' | 'reset-step';
    };
    readonly TextBoundaryEvent: {
      /** @enum {string} */
      readonly type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end';
      readonly id: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly citations?: readonly unknown[];
    };
    readonly TextDeltaEvent: {
      /** @enum {string} */
      readonly type: 'text-delta' | 'reasoning-delta';
      readonly id: string;
      readonly delta: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
    };
    readonly ToolApprovalRequestEvent: {
      /** @enum {string} */
      readonly type: 'tool-approval-request';
      readonly approvalId: string;
      readonly toolCallId: string;
      /** @description Any JSON. */
      readonly approvalDescriptor?: unknown;
      /** @description Any JSON. */
      readonly inputSchemaInput?: unknown;
      readonly reason?: string;
      readonly isAutomatic?: boolean;
      readonly signature?: string;
    };
    readonly ToolApprovalResponseEvent: {
      /** @enum {string} */
      readonly type: 'tool-approval-response';
      readonly approvalId: string;
      readonly approved: boolean;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly reason?: string;
      readonly providerExecuted?: boolean;
    };
    readonly ToolInputDeltaEvent: {
      /** @enum {string} */
      readonly type: 'tool-input-delta';
      readonly toolCallId: string;
      readonly inputTextDelta: string;
    };
    readonly ToolInputErrorEvent: {
      /** @enum {string} */
      readonly type: 'tool-input-error';
      readonly toolCallId: string;
      readonly toolName: string;
      /** @description Any JSON. */
      readonly input: unknown;
      readonly errorText: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly toolMetadata?: {
        readonly [key: string]: unknown;
      };
      readonly providerExecuted?: boolean;
      readonly dynamic?: boolean;
      readonly title?: string;
    };
    readonly ToolInputEvent: {
      /** @enum {string} */
      readonly type: 'tool-input-available';
      readonly toolCallId: string;
      readonly toolName: string;
      /** @description Any JSON. */
      readonly input: unknown;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly toolMetadata?: {
        readonly [key: string]: unknown;
      };
      readonly providerExecuted?: boolean;
      readonly dynamic?: boolean;
      readonly title?: string;
    };
    readonly ToolInputStartEvent: {
      /** @enum {string} */
      readonly type: 'tool-input-start';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly toolMetadata?: {
        readonly [key: string]: unknown;
      };
      readonly providerExecuted?: boolean;
      readonly dynamic?: boolean;
      readonly title?: string;
      /** @enum {string} */
      readonly inputEncoding?: 'json' | 'text';
    };
    readonly ToolOutputDeniedEvent: {
      /** @enum {string} */
      readonly type: 'tool-output-denied';
      readonly toolCallId: string;
    };
    readonly ToolOutputErrorEvent: {
      /** @enum {string} */
      readonly type: 'tool-output-error';
      readonly toolCallId: string;
      readonly errorText: string;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly toolMetadata?: {
        readonly [key: string]: unknown;
      };
      readonly providerExecuted?: boolean;
      readonly dynamic?: boolean;
    };
    readonly ToolOutputEvent: {
      /** @enum {string} */
      readonly type: 'tool-output-available';
      readonly toolCallId: string;
      /** @description Any JSON. */
      readonly output: unknown;
      readonly providerMetadata?: {
        readonly [key: string]: {
          readonly [key: string]: unknown;
        };
      };
      readonly toolMetadata?: {
        readonly [key: string]: unknown;
      };
      readonly providerExecuted?: boolean;
      readonly dynamic?: boolean;
      readonly preliminary?: boolean;
    };
    /** @description What a tool of the client made of a call: an `output` or an `errorText`. */
    readonly ToolResult: {
      readonly toolCallId: string;
      /** @description Any JSON. */
      readonly output?: unknown;
      readonly errorText?: string;
    };
    readonly Turn: {
      /** Format: uuid */
      readonly turnId: string;
      /** @description The message that the turn answers, and the replies. */
      readonly messages: readonly components['schemas']['Message'][];
    };
    /** @description An event of a turn: a chunk of the UI message stream (v1) of the AI SDK. `finish`, `abort` or `error` is the last one. */
    readonly TurnEvent:
      | components['schemas']['StartEvent']
      | components['schemas']['MetadataEvent']
      | components['schemas']['FinishEvent']
      | components['schemas']['AbortEvent']
      | components['schemas']['ErrorEvent']
      | components['schemas']['StepEvent']
      | components['schemas']['TextBoundaryEvent']
      | components['schemas']['TextDeltaEvent']
      | components['schemas']['FileEvent']
      | components['schemas']['SourceUrlEvent']
      | components['schemas']['SourceDocumentEvent']
      | components['schemas']['CustomEvent']
      | components['schemas']['SteeringMessageEvent']
      | components['schemas']['ToolInputStartEvent']
      | components['schemas']['ToolInputDeltaEvent']
      | components['schemas']['ToolInputEvent']
      | components['schemas']['ToolInputErrorEvent']
      | components['schemas']['ToolOutputEvent']
      | components['schemas']['ToolOutputErrorEvent']
      | components['schemas']['ToolOutputDeniedEvent']
      | components['schemas']['ToolApprovalRequestEvent']
      | components['schemas']['ToolApprovalResponseEvent']
      | components['schemas']['DataEvent'];
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
