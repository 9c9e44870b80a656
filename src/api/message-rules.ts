import { MAX_MESSAGE_BYTES } from '../domain/message.js';
import { isRecord, rule } from '../validation/rules.js';

/** Parts in the form of the AI SDK: objects with a `type`; a part of the type `text` has a `text`. */
export function IsParts(): PropertyDecorator {
  return rule(
    'isParts',
    'must be a list of objects with a "type", and with "text" when the type is "text"',
    (value) => Array.isArray(value) && value.length > 0 && value.every(isPart),
  );
}

/** Limits the bytes of a message: of its content or parts, together with its metadata. */
export function IsWithinMessageSize(): PropertyDecorator {
  return rule(
    'isWithinMessageSize',
    `must not make the message larger than ${MAX_MESSAGE_BYTES} bytes`,
    (value, { metadata }) => jsonBytes(value) + jsonBytes(metadata) <= MAX_MESSAGE_BYTES,
  );
}

function isPart(part: unknown): boolean {
  if (!isRecord(part) || typeof part['type'] !== 'string' || part['type'] === '') return false;
  return part['type'] !== 'text' || typeof part['text'] === 'string';
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
