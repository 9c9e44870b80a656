import type { Attributes } from '@opentelemetry/api';
import type { TurnContent } from '../observation/operations.js';

/**
 * The conventions for generative AI are not stable yet, and their package asks for a copy of the names: a new version
 * of it could rename them.
 */
const OPERATION_NAME = 'gen_ai.operation.name';
const CONVERSATION_ID = 'gen_ai.conversation.id';
const INPUT_MESSAGES = 'gen_ai.input.messages';
const OUTPUT_MESSAGES = 'gen_ai.output.messages';

export function operationAttributes(conversationId: string): Attributes {
  return { [OPERATION_NAME]: 'invoke_agent', [CONVERSATION_ID]: conversationId };
}

export function inputAttributes(message: TurnContent): Attributes {
  return { [INPUT_MESSAGES]: JSON.stringify([toMessage(message)]) };
}

export function outputAttributes(messages: readonly TurnContent[]): Attributes {
  return { [OUTPUT_MESSAGES]: JSON.stringify(messages.map(toReply)) };
}

/** The conventions have `content` where a part of the AI SDK has `text`. They take other parts as they are. */
function toMessage({ role, parts }: TurnContent): object {
  return { role, parts: parts.map(toPart) };
}

/** The service cannot know why a model ended. */
function toReply(message: TurnContent): object {
  return { ...toMessage(message), finish_reason: 'stop' };
}

function toPart(part: TurnContent['parts'][number]): object {
  const { text } = part as { text?: unknown };
  return typeof text === 'string' ? { type: part.type, content: text } : part;
}
