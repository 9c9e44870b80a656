import type { Part } from '../domain/message.js';
import { InvalidOutputError } from './invalid-output.error.js';
import type { Chunk } from './chunk.js';
import { withValues } from './chunk-rules.js';
import { isRecord } from './merge-metadata.js';

/** String properties. When one is missing, the AI SDK refuses the whole stream. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  reasoning: ['text'],
  custom: ['kind'],
  file: ['mediaType', 'url'],
  'reasoning-file': ['mediaType', 'url'],
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
  // A type may be the name of what every object has, such as "constructor".
  for (const name of Object.hasOwn(REQUIRED, kind) ? (REQUIRED[kind] ?? []) : []) {
    if (typeof part[name] === 'string') continue;
    throw new InvalidOutputError(`A part of the type "${part.type}" needs a string "${name}".`);
  }
  if (part.type.startsWith('data-')) return [withValues(part)];
  switch (kind) {
    case 'text':
    case 'reasoning':
      return textChunks(part, id);
    case 'tool-*':
    case 'dynamic-tool':
      return toolChunks(part);
    case 'custom':
    case 'file':
    case 'reasoning-file':
    case 'source-url':
    case 'source-document':
    case 'steering-message':
      return [part];
    case 'step-start':
      return [{ type: 'start-step' }];
    default:
      return [];
  }
}

/** The chunk that gives the call of a tool its result, for a client that has the call. */
export function resultChunksOf(part: Part): Chunk[] {
  const isCall = part.type === 'dynamic-tool' || part.type.startsWith('tool-');
  return isCall ? resultChunks(part) : [];
}

function textChunks(part: Part, newId: string): Chunk[] {
  const { type, text } = part;
  // A reasoning has its id in the message, too.
  const id = type === 'reasoning' && typeof part['id'] === 'string' ? part['id'] : newId;
  return [
    { type: `${type}-start`, id, ...named(part, 'providerMetadata') },
    ...(text === '' ? [] : [{ type: `${type}-delta`, id, delta: text }]),
    { type: `${type}-end`, id, ...named(part, 'citations') },
  ];
}

/** The call, and then its result. The call is repeated, since a client may not have it. */
function toolChunks(part: Part): Chunk[] {
  const { toolCallId, state } = part;
  const isDynamic = part.type === 'dynamic-tool';
  const call = {
    toolCallId,
    toolName: isDynamic ? part['toolName'] : part.type.slice('tool-'.length),
    ...(isDynamic && { dynamic: true }),
    ...named(part, 'title', 'providerExecuted', 'toolMetadata'),
    ...named(part, ['callProviderMetadata', 'providerMetadata']),
  };
  // The input of a call that failed early has come in part, or not at all.
  const isPartial =
    state === 'output-error' &&
    (part['input'] === undefined || (typeof part['rawInput'] === 'string' && !isDynamic));
  const calls =
    isPartial || state === 'input-streaming'
      ? inputChunks(part, call)
      : [withValues({ type: 'tool-input-available', ...call, ...named(part, 'input') })];
  return [...calls, ...approvalChunks(part), ...resultChunks(part)];
}

/** The input as far as it has come. */
function inputChunks(part: Part, call: Record<string, unknown>): Chunk[] {
  const { toolCallId, rawInput, input } = part;
  const text = typeof rawInput === 'string' ? rawInput : textOf(input);
  return [
    { type: 'tool-input-start', ...call, ...named(part, 'inputEncoding') },
    ...(text === undefined ? [] : [{ type: 'tool-input-delta', toolCallId, inputTextDelta: text }]),
  ];
}

function textOf(input: unknown): string | undefined {
  return input === undefined ? undefined : JSON.stringify(input);
}

function resultChunks(part: Part): Chunk[] {
  const { toolCallId } = part;
  const result = { toolCallId, ...named(part, ['resultProviderMetadata', 'providerMetadata']) };
  switch (part['state']) {
    case 'output-available': {
      const output = named(part, 'output', 'preliminary');
      return [withValues({ type: 'tool-output-available', ...result, ...output })];
    }
    case 'output-error':
      return [{ type: 'tool-output-error', ...result, errorText: String(part['errorText']) }];
    case 'output-denied':
      return [{ type: 'tool-output-denied', toolCallId }];
    default:
      return [];
  }
}

/**
 * The approval that a call waits for, or that was given without the user. Version 6 of the AI SDK has no
 * chunk for an approval that the user has given: such a call is shown without it.
 */
function approvalChunks(part: Part): Chunk[] {
  const { toolCallId, state } = part;
  const approval = isRecord(part['approval']) ? part['approval'] : {};
  const { id: approvalId, approved } = approval;
  const isAutomatic = approval['isAutomatic'] === true && typeof approved === 'boolean';
  const isWaiting = state === 'approval-requested';
  if (!isWaiting && !isAutomatic) return [];
  if (typeof approvalId !== 'string') {
    throw new InvalidOutputError('The approval of a tool call needs a string "id".');
  }
  const request = {
    type: 'tool-approval-request',
    ...{ toolCallId, approvalId },
    ...named(approval, 'signature', 'inputSchemaInput', 'isAutomatic'),
    ...named(approval, ['descriptor', 'approvalDescriptor'], ['requestReason', 'reason']),
  };
  if (!isAutomatic) return [request];
  const response = { type: 'tool-approval-response', approvalId, approved };
  return [request, { ...response, ...named(approval, 'reason') }];
}

/** The properties that there are, some of them under another name: `[name, newName]`. */
function named(
  source: Readonly<Record<string, unknown>>,
  ...names: readonly (string | readonly [string, string])[]
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const entry of names) {
    const [name, newName] = typeof entry === 'string' ? [entry, entry] : entry;
    if (source[name] !== undefined) found[newName] = source[name];
  }
  return found;
}
