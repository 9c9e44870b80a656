import type { Message, MessageMetadata } from '../domain/message.js';

/**
 * A message as an orchestrator is given it: also a `UIMessage` of the AI SDK, so that
 * `convertToModelMessages` takes it. The AI SDK has no role `tool`: a message that was stored with that
 * role is given as one of the assistant.
 */
export interface TurnMessage extends Omit<Message, 'role' | 'parts' | 'metadata'> {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: TurnMessagePart[];
  readonly metadata?: MessageMetadata;
}

/**
 * A part of a message, in the types that the AI SDK has in its versions 6 and 7. The service does not
 * check parts against these types when clients or an orchestrator store them.
 */
export type TurnMessagePart =
  | ({ type: 'text'; text: string; state?: 'streaming' | 'done' } & FromProvider)
  | ({ type: 'reasoning'; id?: string; text: string; state?: 'streaming' | 'done' } & FromProvider)
  | ({ type: 'source-url'; sourceId: string; url: string; title?: string } & FromProvider)
  | ({
      type: 'source-document';
      sourceId: string;
      mediaType: string;
      title: string;
      filename?: string;
    } & FromProvider)
  | ({ type: 'file'; mediaType: string; url: string; filename?: string } & FromProvider)
  | { type: 'step-start' }
  | { type: `data-${string}`; id?: string; data: unknown }
  | ({ type: `tool-${string}` } & ToolInvocation)
  | ({ type: 'dynamic-tool'; toolName: string } & ToolInvocation);

/** The call of a tool, and how far it has come. */
type ToolInvocation = {
  toolCallId: string;
  title?: string;
  providerExecuted?: boolean;
  toolMetadata?: JsonObject;
  callProviderMetadata?: ProviderMetadata;
} & (
  | {
      state: 'input-streaming';
      input?: unknown;
      rawInput?: string;
      inputEncoding?: 'json' | 'text';
    }
  | { state: 'input-available'; input: unknown }
  | { state: 'approval-requested'; input: unknown; approval: ApprovalRequest }
  | { state: 'approval-responded'; input: unknown; approval: Approval<boolean> }
  | ({ state: 'output-available'; input: unknown; output: unknown; preliminary?: boolean } & Result)
  | ({ state: 'output-error'; input: unknown; errorText: string } & Result)
  | { state: 'output-denied'; input: unknown; approval: Approval<false> }
);

type Result = Partial<{ resultProviderMetadata: ProviderMetadata; approval: Approval<true> }>;

interface ApprovalRequest {
  id: string;
  descriptor?: unknown;
  signature?: string;
  inputSchemaInput?: unknown;
}

type Approval<Approved extends boolean> = ApprovalRequest & { approved: Approved; reason?: string };

// No interfaces: an interface is no `Part`, because it has no index signature.
type FromProvider = Partial<{ providerMetadata: ProviderMetadata }>;

type ProviderMetadata = Record<string, JsonObject>;

interface JsonObject {
  [key: string]: Json | undefined;
}

type Json = null | string | number | boolean | JsonObject | Json[];
