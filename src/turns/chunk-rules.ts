import { InvalidOutputError } from './invalid-output.error.js';
import type { Chunk } from './chunk.js';
import { isRecord } from './merge-metadata.js';

/** The chunks that the AI SDK knows, and the strings that each needs. A client refuses any other chunk. */
const STRINGS: Readonly<Record<string, readonly string[]>> = {
  start: [],
  'message-metadata': [],
  finish: [],
  abort: [],
  error: ['errorText'],
  'start-step': [],
  'finish-step': [],
  'reset-step': [],
  'text-start': ['id'],
  'text-delta': ['id', 'delta'],
  'text-end': ['id'],
  'reasoning-start': ['id'],
  'reasoning-delta': ['id', 'delta'],
  'reasoning-end': ['id'],
  custom: ['kind'],
  file: ['mediaType', 'url'],
  'reasoning-file': ['mediaType', 'url'],
  'source-url': ['sourceId', 'url'],
  'source-document': ['sourceId', 'mediaType', 'title'],
  'steering-message': ['id'],
  'tool-input-start': ['toolCallId', 'toolName'],
  'tool-input-delta': ['toolCallId', 'inputTextDelta'],
  'tool-input-available': ['toolCallId', 'toolName'],
  'tool-input-error': ['toolCallId', 'toolName', 'errorText'],
  'tool-output-available': ['toolCallId'],
  'tool-output-error': ['toolCallId', 'errorText'],
  'tool-output-denied': ['toolCallId'],
  'tool-approval-request': ['toolCallId', 'approvalId'],
  'tool-approval-response': ['approvalId'],
};

/** What clients check. */
interface Rule {
  readonly holds: (value: unknown) => boolean;
  readonly text: string;
}

const STRING: Rule = { holds: (value) => typeof value === 'string', text: 'a string' };
const BOOLEAN: Rule = { holds: (value) => typeof value === 'boolean', text: 'true or false' };
const LIST: Rule = { holds: (value) => Array.isArray(value), text: 'a list' };
const RECORD: Rule = { holds: isRecord, text: 'an object' };
const RECORDS: Rule = {
  holds: (value) => isRecord(value) && Object.values(value).every(isRecord),
  text: 'an object of objects',
};
const METADATA: Rule = {
  holds: (value) => value === null || isRecord(value),
  text: 'an object',
};

function oneOf(...values: readonly unknown[]): Rule {
  return { holds: (value) => values.includes(value), text: `one of: ${values.join(', ')}` };
}

/** What these properties must be where a chunk has them. */
const OPTIONAL: Readonly<Record<string, Rule>> = {
  messageMetadata: METADATA,
  finishReason: oneOf(
    ...['stop', 'length', 'content-filter', 'tool-calls', 'error', 'interrupted', 'other'],
  ),
  providerMetadata: RECORDS,
  toolMetadata: RECORD,
  inputEncoding: oneOf('json', 'text'),
  citations: LIST,
  title: STRING,
  filename: STRING,
  reason: STRING,
  signature: STRING,
  providerExecuted: BOOLEAN,
  dynamic: BOOLEAN,
  preliminary: BOOLEAN,
  isAutomatic: BOOLEAN,
};

const REQUIRED: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'tool-approval-response': { approved: BOOLEAN },
  'steering-message': { parts: LIST },
};

const VALUES: Readonly<Record<string, string>> = {
  'message-metadata': 'messageMetadata',
  'tool-input-available': 'input',
  'tool-input-error': 'input',
  'tool-output-available': 'output',
};

const DATA_RULES: Readonly<Record<string, Rule>> = { id: STRING, transient: BOOLEAN };

/** Whether a type is that of a chunk of the AI SDK. */
export function isChunkType(type: unknown): type is string {
  return typeof type === 'string' && (isDataType(type) || Object.hasOwn(STRINGS, type));
}

export function isDataType(type: string): boolean {
  return type.startsWith('data-');
}

/** JSON has no `undefined`, and clients refuse a chunk without these: then the value is `null`. */
export function withValues(chunk: Chunk): Chunk {
  const name = isDataType(chunk.type) ? 'data' : VALUES[chunk.type];
  return name === undefined || Object.hasOwn(chunk, name) ? chunk : { ...chunk, [name]: null };
}

/** @throws InvalidOutputError when a client would refuse the chunk */
export function checkChunk(chunk: Chunk): void {
  if (isDataType(chunk.type)) {
    checkOptional(chunk, DATA_RULES);
    return;
  }
  for (const name of STRINGS[chunk.type] ?? []) check(chunk, name, STRING);
  for (const [name, rule] of Object.entries(REQUIRED[chunk.type] ?? {})) check(chunk, name, rule);
  checkOptional(chunk, OPTIONAL);
}

function checkOptional(chunk: Chunk, rules: Readonly<Record<string, Rule>>): void {
  for (const name of Object.keys(chunk)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule) check(chunk, name, rule);
  }
}

function check(chunk: Chunk, name: string, { holds, text }: Rule): void {
  if (holds(chunk[name])) return;
  throw new InvalidOutputError(`The "${name}" of a chunk "${chunk.type}" must be ${text}.`);
}
