/** A message of the chat completions API. Its content is a string, or parts of which the texts are read. */
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
  const { content } = message ?? {};
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  const texts = (content as { readonly text?: string }[]).map(({ text = '' }) => text);
  return texts.join(' ');
}
