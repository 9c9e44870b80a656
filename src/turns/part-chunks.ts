import type { Part } from '../domain/message.js';
import { InvalidOutputError } from './invalid-output.error.js';
import type { Chunk } from './chunk.js';

/** Properties without which the AI SDK refuses the whole stream; all of them strings. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  reasoning: ['text'],
  file: ['mediaType', 'url'],
  'source-url': ['sourceId', 'url'],
  'source-document': ['sourceId', 'mediaType', 'title'],
  'dynamic-tool': ['toolCallId', 'toolName'],
  'tool-*': ['toolCallId'],
};

/**
 * The chunks that build a part of a message in the AI SDK. A part of a type that it does not know has
 * none: it is stored, and seen when the conversation is read.
 * @throws InvalidOutputError when a part that it knows lacks something
 */
export function chunksOf(part: Part, id: string): Chunk[] {
  const kind = part.type.startsWith('tool-') ? 'tool-*' : part.type;
  for (const name of REQUIRED[kind] ?? []) {
    if (typeof part[name] === 'string') continue;
    throw new InvalidOutputError(`A part of the type "${part.type}" needs a string "${name}".`);
  }
  if (part.type.startsWith('data-')) return [part];
  switch (kind) {
    case 'text':
    case 'reasoning':
      return writing(part, id);
    case 'tool-*':
    case 'dynamic-tool':
      return toolCall(part);
    case 'file':
    case 'source-url':
    case 'source-document':
      return [part];
    case 'step-start':
      return [{ type: 'start-step' }];
    default:
      return [];
  }
}

function writing({ type, text, providerMetadata }: Part, id: string): Chunk[] {
  return [
    { type: `${type}-start`, id, ...(providerMetadata !== undefined && { providerMetadata }) },
    { type: `${type}-delta`, id, delta: text },
    { type: `${type}-end`, id },
  ];
}

/** The call, and then what has become of it: the client knows it or does not. */
function toolCall(part: Part): Chunk[] {
  const { toolCallId, title, providerExecuted, output, preliminary } = part;
  const isDynamic = part.type === 'dynamic-tool';
  const call: Chunk = {
    type: part['state'] === 'input-streaming' ? 'tool-input-start' : 'tool-input-available',
    toolCallId,
    toolName: isDynamic ? part['toolName'] : part.type.slice('tool-'.length),
    ...(part['state'] !== 'input-streaming' && { input: part['input'] ?? null }),
    ...(isDynamic && { dynamic: true }),
    ...(typeof title === 'string' && { title }),
    ...(typeof providerExecuted === 'boolean' && { providerExecuted }),
  };
  switch (part['state']) {
    case 'output-available': {
      const isPreliminary = typeof preliminary === 'boolean' && { preliminary };
      return [call, { type: 'tool-output-available', toolCallId, output, ...isPreliminary }];
    }
    case 'output-error': {
      const errorText = String(part['errorText']);
      return [call, { type: 'tool-output-error', toolCallId, errorText }];
    }
    case 'approval-requested': {
      const approvalId = (part['approval'] as { id?: unknown } | undefined)?.id;
      if (typeof approvalId === 'string') {
        return [call, { type: 'tool-approval-request', toolCallId, approvalId }];
      }
      throw new InvalidOutputError('An approval needs a string "id".');
    }
    case 'output-denied':
      return [call, { type: 'tool-output-denied', toolCallId }];
    default:
      return [call];
  }
}
