import type { Message, MessageMetadata, NewMessage, Part, Role } from '../../domain/message.js';
import { parseStoredJson } from '../stored-json.js';
import { ConversationDamagedError } from '../store.errors.js';
import { toMessage } from '../to-message.js';

/**
 * An element is a message as a store holds it: the time at which the message was appended, 13 digits of
 * milliseconds, and then JSON: `[id, role, content, metadata?]`. The role is a letter, and the content of
 * a message that is one plain text is just that text: this is what most of a store consists of.
 */
const TIME_DIGITS = 13;

const LETTERS = { user: 'u', assistant: 'a', system: 's', tool: 't' } as const satisfies Record<
  Role,
  string
>;
const ROLES_BY_LETTER = new Map<unknown, Role>(
  (Object.keys(LETTERS) as Role[]).map((role) => [LETTERS[role], role]),
);

/** The JSON of an element, without its time: who appends the message knows when that is. */
export function encodeMessage({ id, role, parts, metadata }: NewMessage): string {
  const content = plainText(parts) ?? parts;
  const fields = [id, LETTERS[role], content];
  return JSON.stringify(metadata === undefined ? fields : [...fields, metadata]);
}

/** The element of a message that was encoded. In Redis the scripts put the time in front. */
export function stampMessage(json: string, createdAt: Date): string {
  return String(createdAt.getTime()).padStart(TIME_DIGITS, '0') + json;
}

/**
 * Checks an element and makes a message of it.
 * @throws ConversationDamagedError
 */
export function decodeMessage(conversationId: string, seq: number, element: string): Message {
  try {
    const createdAt = new Date(Number(element.slice(0, TIME_DIGITS)));
    const fields = parseStoredJson(element.slice(TIME_DIGITS));
    if (Number.isNaN(createdAt.getTime()) || !Array.isArray(fields)) throw new TypeError();
    const [id, letter, content, metadata] = fields as unknown[];
    const role = ROLES_BY_LETTER.get(letter);
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (typeof id !== 'string' || !role || !isParts(parts)) throw new TypeError();
    if (metadata !== undefined && !isObject(metadata)) throw new TypeError();
    return toMessage({ id, role, parts, metadata }, { seq, createdAt });
  } catch (cause) {
    throw new ConversationDamagedError(conversationId, `Message ${seq} cannot be read.`, { cause });
  }
}

/** The text of a lone text part that carries nothing else. */
function plainText(parts: readonly Part[]): string | undefined {
  const [part] = parts;
  if (parts.length !== 1 || part?.type !== 'text' || typeof part['text'] !== 'string') return;
  return Object.keys(part).length === 2 ? part['text'] : undefined;
}

function isParts(value: unknown): value is Part[] {
  return Array.isArray(value) && value.every((part) => isObject(part) && 'type' in part);
}

function isObject(value: unknown): value is MessageMetadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
