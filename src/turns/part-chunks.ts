import type { Part } from '../domain/message.js';
import { InvalidOutputError } from './invalid-output.error.js';
import type { Chunk } from './chunk.js';

/** String properties. When one is missing, the AI SDK refuses the whole stream. */
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
 * The chunks that make the AI SDK build a part of a message. A part of a type that the AI SDK does not
 * know has no chunks: clients see it when they read the conversation.
 * @throws InvalidOutputError when a property is missing that the AI SDK requires
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
      return textChunks(part, id);
    case 'tool-*':
    case 'dynamic-tool':
      return toolChunks(part);
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

function textChunks({ type, text, providerMetadata }: Part, id: string): Chunk[] {
  return [
    { type: `${type}-start`, id, ...(providerMetadata !== undefined && { providerMetadata }) },
    { type: `${type}-delta`, id, delta: text },
    { type: `${type}-end`, id },
  ];
}

/** The call, and then its result. The call is repeated, since a client may not have it. */
function toolChunks(part: Part): Chunk[] {
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
      throw new InvalidOutputError('The approval of a tool call needs a string "id".');
    }
    case 'output-denied':
      return [call, { type: 'tool-output-denied', toolCallId }];
    default:
      return [call];
  }
}
