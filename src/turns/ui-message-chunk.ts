/**
 * A chunk of the AI SDK's UI message stream, as its versions 6 and 7 have it. These types only describe
 * the AI SDK's own types: the package does not need the AI SDK.
 */
export type UIMessageChunk =
  | MessageChunk
  | TextChunk
  | SourceChunk
  | ToolInputChunk
  | ToolOutputChunk
  | DataChunk
  | { readonly type: 'start-step' | 'finish-step' | 'reset-step' };

/** About the message as a whole. */
type MessageChunk =
  | {
      readonly type: 'start';
      /** Ignored: the server makes the ids of messages. */
      readonly messageId?: string;
      readonly messageMetadata?: unknown;
    }
  | { readonly type: 'message-metadata'; readonly messageMetadata: unknown }
  | {
      readonly type: 'finish';
      readonly finishReason?: FinishReason;
      readonly messageMetadata?: unknown;
    }
  | { readonly type: 'abort'; readonly reason?: string }
  | { readonly type: 'error'; readonly errorText: string };

/** Why a model has stopped. */
type FinishReason =
  'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' | 'interrupted' | 'other';

/** Text and reasoning. The chunks of a part have the same `id`. */
type TextChunk = FromProvider & {
  readonly id: string;
} & (
    | { readonly type: 'text-start' | 'reasoning-start' | 'reasoning-end' }
    | { readonly type: 'text-end'; readonly citations?: readonly unknown[] }
    | { readonly type: 'text-delta' | 'reasoning-delta'; readonly delta: string }
  );

/** Parts that come in one piece. */
type SourceChunk =
  | (FromProvider &
      (
        | {
            readonly type: 'file' | 'reasoning-file';
            readonly mediaType: string;
            readonly url: string;
          }
        | {
            readonly type: 'source-url';
            readonly sourceId: string;
            readonly url: string;
            readonly title?: string;
          }
        | {
            readonly type: 'source-document';
            readonly sourceId: string;
            readonly mediaType: string;
            readonly title: string;
            readonly filename?: string;
          }
        | { readonly type: 'custom'; readonly kind: string }
      ))
  | { readonly type: 'steering-message'; readonly id: string; readonly parts: readonly unknown[] };

type ToolInputChunk =
  | (ToolCall & {
      readonly type: 'tool-input-start';
      readonly inputEncoding?: 'json' | 'text';
    })
  | {
      readonly type: 'tool-input-delta';
      readonly toolCallId: string;
      readonly inputTextDelta: string;
    }
  | (ToolCall & { readonly type: 'tool-input-available'; readonly input: unknown })
  | (ToolCall & {
      readonly type: 'tool-input-error';
      readonly input: unknown;
      readonly errorText: string;
    });

type ToolOutputChunk =
  | (ToolResult & {
      readonly type: 'tool-output-available';
      readonly output: unknown;
      readonly preliminary?: boolean;
    })
  | (ToolResult & { readonly type: 'tool-output-error'; readonly errorText: string })
  | { readonly type: 'tool-output-denied'; readonly toolCallId: string }
  | {
      readonly type: 'tool-approval-request';
      readonly approvalId: string;
      readonly toolCallId: string;
      readonly approvalDescriptor?: unknown;
      readonly inputSchemaInput?: unknown;
      readonly reason?: string;
      readonly isAutomatic?: boolean;
      readonly signature?: string;
    }
  | (FromProvider & {
      readonly type: 'tool-approval-response';
      readonly approvalId: string;
      readonly approved: boolean;
      readonly reason?: string;
      readonly providerExecuted?: boolean;
    });

/** A part of the application's own. With an `id`, it replaces the data of the part with that `id`. */
interface DataChunk {
  readonly type: `data-${string}`;
  readonly id?: string;
  readonly data: unknown;
  /** Streamed, and not stored. */
  readonly transient?: boolean;
}

interface FromProvider {
  readonly providerMetadata?: Readonly<Record<string, unknown>>;
}

interface ToolResult extends FromProvider {
  readonly toolCallId: string;
  readonly providerExecuted?: boolean;
  readonly toolMetadata?: Readonly<Record<string, unknown>>;
  readonly dynamic?: boolean;
}

interface ToolCall extends ToolResult {
  readonly toolName: string;
  readonly title?: string;
}
