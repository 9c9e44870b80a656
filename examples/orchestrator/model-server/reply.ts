/** A message of the chat completions API. Only content that is a string is read. */
export interface PromptMessage {
  readonly role: string;
  readonly content?: unknown;
}

const MAX_NUMBERS = 500;

/**
 * The reply of the stand-in for a model. It depends on the prompt only: what the model seems to
 * remember must come from its client.
 */
export function replyTo(prompt: readonly PromptMessage[]): string {
  const instructions = textOf(prompt.find(({ role }) => role === 'system'));
  const question = textOf(prompt.findLast(({ role }) => role === 'user')).trim();
  const name = /The user's name is (\S+)\./.exec(instructions)?.[1];

  const limit = /\bcount to (\d+)/i.exec(question)?.[1];
  if (limit) return countTo(Math.min(Number(limit), MAX_NUMBERS));
  if (/\bmy name\?|who am i\b/i.test(question)) {
    return name ? `You are ${name}.` : 'You have not told me your name yet.';
  }
  const greeting = name ? `Hello, ${name}.` : 'Hello.';
  const number = /message number (\d+)/.exec(instructions)?.[1];
  const counted = number ? ` It is message ${number} of our conversation.` : '';
  return `${greeting} You wrote “${question}”.${counted} I am a small model without opinions, so ask me to count to 50, or tell me what your name is and ask for it later.`;
}

function countTo(limit: number): string {
  const numbers = Array.from({ length: limit }, (_, index) => String(index + 1));
  return `Here you are: ${numbers.join(', ')}. Done.`;
}

function textOf(message: PromptMessage | undefined): string {
  return typeof message?.content === 'string' ? message.content : '';
}
