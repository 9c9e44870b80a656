import { CODE_REPLY } from './code-reply.js';
import { textOf, type PromptMessage, type Reply } from './prompt.js';
import { callFor, replyToResult } from './tool-replies.js';

const MAX_NUMBERS = 500;

/**
 * The reply of the stand-in for a model. It depends on the prompt only: what the model seems to
 * remember must come from its client.
 * @param tools the names of the tools that it may call
 */
export function replyTo(prompt: readonly PromptMessage[], tools: readonly string[] = []): Reply {
  if (prompt.at(-1)?.role === 'tool') return { text: replyToResult(prompt) };
  const question = textOf(prompt.findLast(({ role }) => role === 'user')).trim();
  const call = callFor(question);
  if (call && tools.includes(call.name)) {
    return { reasoning: `The user asks for something that \`${call.name}\` can do.`, call };
  }
  if (/\bin typescript\b/i.test(question)) return CODE_REPLY;
  return { text: answerTo(question, textOf(prompt.find(({ role }) => role === 'system'))) };
}

function answerTo(question: string, instructions: string): string {
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
