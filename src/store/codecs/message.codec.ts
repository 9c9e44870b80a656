import type { Message, MessageMetadata, NewMessage, Part, Role } from '../../domain/message.js';
import type { ConversationSealing, SealField } from '../sealing/conversation-sealing.js';
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
  sealing: ConversationSealing = PLAIN,
): string {
  const content = plainText(parts) ?? parts;
  const letter = LETTERS[role];
  const text = JSON.stringify(metadata === undefined ? [content] : [content, metadata]);
  const sealed = sealing.seal(fieldOf(id, letter), text);
  return sealed === undefined
    ? `[${JSON.stringify(id)},"${letter}",${text.slice(1)}`
    : JSON.stringify([id, letter, { sealed }]);
}

/** The element of a message that was encoded. In Redis the scripts put the time in front. */
export function stampMessage(json: string, createdAt: Date): string {
  return String(createdAt.getTime()).padStart(TIME_DIGITS, '0') + json;
}

/**
 * Checks an element and makes a message of it.
 * @throws ConversationDamagedError
 */
export function decodeMessage(
  conversationId: string,
  seq: number,
  element: string,
  sealing: ConversationSealing = PLAIN,
): Message {
  try {
    const createdAt = new Date(Number(element.slice(0, TIME_DIGITS)));
    const fields = parseStoredJson(element.slice(TIME_DIGITS));
    if (Number.isNaN(createdAt.getTime()) || !Array.isArray(fields)) throw new TypeError();
    const [id, letter, first, second] = fields as unknown[];
    const role = ROLES_BY_LETTER.get(letter);
    if (typeof id !== 'string' || !role) throw new TypeError();
    const [content, metadata] = isSealed(first)
      ? open(first, fieldOf(id, LETTERS[role]), sealing)
      : [first, second];
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    if (!isParts(parts)) throw new TypeError();
    if (metadata !== undefined && !isObject(metadata)) throw new TypeError();
    return toMessage({ id, role, parts, metadata }, { seq, createdAt });
  } catch (cause) {
    throw new ConversationDamagedError(conversationId, `Message ${seq} cannot be read.`, { cause });
  }
}

/** Time, id and role of an element, and whether it is sealed. */
const PLAIN_SIGHT = /^(\d{13}\["[^"]*","[usat]",)(\{"sealed":)?/;

/** Whether both are the same message: one that was sealed anew in one of two places has other bytes there. */
export function isSameMessage(element: string, other: string): boolean {
  if (element === other) return true;
  const [, sight, isSealed] = PLAIN_SIGHT.exec(element) ?? [];
  const [, otherSight, isOtherSealed] = PLAIN_SIGHT.exec(other) ?? [];
  const isEitherSealed = isSealed !== undefined || isOtherSealed !== undefined;
  return sight !== undefined && sight === otherSight && isEitherSealed;
}

/** Finds the form of a sealed element in its first 128 characters. PostgreSQL reads the pattern, too. */
export const FORM_OF_MESSAGE =
  '^[0-9]{13}\\["[^"]*","[usat]",\\{"sealed":"([ezx][A-Za-z0-9_-]*)[.]';
const FORM = new RegExp(FORM_OF_MESSAGE);

/** Whether the element is as it would be sealed now. */
export function isCurrentMessage(element: string, sealing: ConversationSealing): boolean {
  return sealing.isCurrent(FORM.exec(element)?.[1] ?? '');
}

/**
 * The element, opened by `from` and sealed by `to`.
 * @throws TypeError when it cannot be read or opened
 */
export function resealMessage(
  element: string,
  from: ConversationSealing,
  to: ConversationSealing,
): string {
  const fields = parseStoredJson(element.slice(TIME_DIGITS));
  if (!Array.isArray(fields)) throw new TypeError('Not a message.');
  const [id, letter, first, second] = fields as unknown[];
  if (typeof id !== 'string' || typeof letter !== 'string') throw new TypeError('Not a message.');
  const field = fieldOf(id, letter);
  const text = isSealed(first)
    ? from.open(field, first.sealed)
    : JSON.stringify(second === undefined ? [first] : [first, second]);
  const sealed = to.seal(field, text);
  const json =
    sealed === undefined
      ? `[${JSON.stringify(id)},"${letter}",${text.slice(1)}`
      : JSON.stringify([id, letter, { sealed }]);
  return element.slice(0, TIME_DIGITS) + json;
}

/** A message is sealed with its id and its role, which are in plain sight. */
function fieldOf(id: string, letter: string): SealField {
  return `message ${id} ${letter}`;
}

interface SealedContent {
  readonly sealed: string;
}

function isSealed(content: unknown): content is SealedContent {
  return isObject(content) && typeof content['sealed'] === 'string';
}

function open(
  { sealed }: SealedContent,
  field: SealField,
  sealing: ConversationSealing,
): readonly unknown[] {
  const fields = parseStoredJson(sealing.open(field, sealed));
  if (!Array.isArray(fields)) throw new TypeError();
  return fields as unknown[];
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
