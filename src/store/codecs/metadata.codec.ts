import type { ConversationMetadata } from '../../domain/conversation.js';
import { parseStoredJson } from '../stored-json.js';

/**
 * Checks the JSON of a conversation's metadata, and parses it.
 * @throws TypeError
 */
export function decodeMetadata(json: string): ConversationMetadata {
  const value = parseStoredJson(json);
  if (!isMetadata(value)) throw new TypeError('Metadata is no object of strings.');
  return value;
}

function isMetadata(value: unknown): value is ConversationMetadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => typeof entry === 'string');
}
