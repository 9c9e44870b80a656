import {
  plainTextOf,
  type Message,
  type MessageMetadata,
  type NewMessage,
  type Part,
  type Role,
} from '../../domain/message.js';
import type { ConversationSealing } from '../sealing/conversation-sealing.js';
import type { SealField } from '../sealing/seal-field.js';
import { NO_SEALING } from '../sealing/sealing.js';
import { parseStoredJson } from '../stored-json.js';
import { ConversationDamagedError } from '../store.errors.js';
import { toMessage } from '../to-message.js';

/**
 * An element is a message as a store holds it: the time at which the message was appended, 13 digits of
 * milliseconds, and then JSON: `[id, role, content, metadata?]`. The role is a letter, and the content of
 * a message that is one plain text is just that text: this is what most of a store consists of. Of a sealed message
 * it is `[id, role, { "sealed": … }]`, and what is sealed is the JSON `[content, metadata?]`.
 */
const TIME_DIGITS = 13;

/** What is in front of the content: all of it is in plain sight. An id is JSON, and so has no quotes of its own. */
const PLAIN_BEGINNING = /^\d{13}\[("(?:[^"\\]|\\.)*"),"([uast])",/;

/** An object is never the content of a message that is not sealed. */
const SEALED_BEGINNING = /^(\d{13}\[("(?:[^"\\]|\\.)*"),"([uast])",)\{"sealed":"/;
const SEALED_END = '"}]';

const PLAIN = NO_SEALING.of({ tenantId: '', userId: '' }, '');

const LETTERS = { user: 'u', assistant: 'a', system: 's', tool: 't' } as const satisfies Record<
  Role,
  string
>;
const ROLES_BY_LETTER = new Map<unknown, Role>(
  (Object.keys(LETTERS) as Role[]).map((role) => [LETTERS[role], role]),
);

/** The JSON of an element, without its time: who appends the message knows when that is. */
export function encodeMessage(
  { id, role, parts, metadata }: NewMessage,
  sealing: ConversationSealing,
): string {
  const content = plainTextOf(parts) ?? parts;
  const letter = LETTERS[role];
  const text = JSON.stringify(metadata === undefined ? [content] : [content, metadata]);
  const sealed = sealing.seal(fieldOf(id, letter), text);
  const beginning = `[${JSON.stringify(id)},"${letter}",`;
  return beginning + (sealed === undefined ? text.slice(1) : sealedContent(sealed));
}

/** The end of an element. No character of what is sealed has to be escaped in JSON. */
function sealedContent(sealed: string): string {
  return `{"sealed":"${sealed}"}]`;
}

/** The element of a message that was encoded. In Redis the scripts put the time in front. */
export function stampMessage(json: string, createdAt: Date): string {
  return String(createdAt.getTime()).padStart(TIME_DIGITS, '0') + json;
}

/** The bytes of the element that the message is without sealing. */
export function plainBytesOf(message: NewMessage): number {
  return TIME_DIGITS + Buffer.byteLength(encodeMessage(message, PLAIN));
}

/**
 * Checks an element and makes a message of it.
 * @throws ConversationDamagedError
 */
export function decodeMessage(
  conversationId: string,
  seq: number,
  element: string,
  sealing: ConversationSealing,
): Message {
  try {
    const plain = opened(element, sealing);
    const createdAt = new Date(Number(plain.slice(0, TIME_DIGITS)));
    const fields = parseStoredJson(plain.slice(TIME_DIGITS));
    if (Number.isNaN(createdAt.getTime()) || !Array.isArray(fields)) throw new TypeError();
    const [id, letter, content, metadata] = fields as unknown[];
    const role = ROLES_BY_LETTER.get(letter);
    if (typeof id !== 'string' || !role) throw new TypeError();
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (!isParts(parts)) throw new TypeError();
    if (metadata !== undefined && !isObject(metadata)) throw new TypeError();
    return toMessage({ id, role, parts, metadata }, { seq, createdAt });
  } catch (cause) {
    throw unreadable(conversationId, seq, cause);
  }
}

/** Whether an element is sealed. Most that are not are told by their end. */
export function isSealed(element: string): boolean {
  return element.endsWith(SEALED_END) && SEALED_BEGINNING.test(element);
}

/**
 * The element as it is without sealing: its bytes are those that a page counts.
 * @throws ConversationDamagedError
 */
export function openMessage(
  conversationId: string,
  seq: number,
  element: string,
  sealing: ConversationSealing,
): string {
  try {
    return opened(element, sealing);
  } catch (cause) {
    throw unreadable(conversationId, seq, cause);
  }
}

/**
 * The element for another conversation, or for other keys. What neither of them seals is as it was.
 * @throws ConversationDamagedError
 */
export function resealMessage(
  conversationId: string,
  seq: number,
  element: string,
  from: ConversationSealing,
  to: ConversationSealing,
): string {
  const plain = openMessage(conversationId, seq, element, from);
  if (to.isPlain) return plain;
  const [beginning, id, letter] = PLAIN_BEGINNING.exec(plain) ?? [];
  if (beginning === undefined) throw unreadable(conversationId, seq);
  const text = `[${plain.slice(beginning.length)}`;
  const sealed = to.seal(fieldOf(JSON.parse(id as string) as string, letter as string), text);
  return sealed === undefined ? plain : beginning + sealedContent(sealed);
}

function opened(element: string, sealing: ConversationSealing): string {
  const match = element.endsWith(SEALED_END) ? SEALED_BEGINNING.exec(element) : null;
  if (!match) return element;
  const [beginning, visible, id, letter] = match as unknown as readonly [
    beginning: string,
    visible: string,
    id: string,
    letter: string,
  ];
  const sealed = element.slice(beginning.length, -SEALED_END.length);
  const text = sealing.open(fieldOf(JSON.parse(id) as string, letter), sealed);
  if (!text.startsWith('[')) throw new TypeError('Not the content of a message.');
  return visible + text.slice(1);
}

/** A message is sealed with its id and its role, which are in plain sight. */
function fieldOf(id: string, letter: string): SealField {
  return `message ${id} ${letter}`;
}

function unreadable(
  conversationId: string,
  seq: number,
  cause?: unknown,
): ConversationDamagedError {
  return new ConversationDamagedError(conversationId, `Message ${seq} cannot be read.`, { cause });
}

function isParts(value: unknown): value is Part[] {
  return Array.isArray(value) && value.every((part) => isObject(part) && 'type' in part);
}

function isObject(value: unknown): value is MessageMetadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
