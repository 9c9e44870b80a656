/** A message of the chat completions API. Only content that is a string is read. */
export interface PromptMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly function: { readonly name: string } }[];
}

export interface ToolCall {
  readonly name: string;
  readonly input: object;
}

/** What the stand-in for a model says: in this order, what there is of it. */
export interface Reply {
  readonly reasoning?: string;
  readonly text?: string;
  readonly call?: ToolCall;
}

export function textOf(message: PromptMessage | undefined): string {
  return typeof message?.content === 'string' ? message.content : '';
}
