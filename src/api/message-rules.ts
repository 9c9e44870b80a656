import { MAX_MESSAGE_BYTES } from '../domain/message.js';
import { checked, isRecord, rule } from '../validation/rules.js';

const TOO_LARGE = `must not make the message larger than ${MAX_MESSAGE_BYTES} bytes`;

/** The text of a message. It may be absent where there are parts. */
export function IsContent(): PropertyDecorator {
  return checked('isContent', (value, { parts, metadata }) => {
    if (value === undefined && parts !== undefined) return undefined;
    if (typeof value !== 'string') return 'must be a string';
    if (value === '') return 'must have at least 1 character';
    return isWithinMessageSize(value, metadata) ? undefined : TOO_LARGE;
  });
}

/**
 * Parts in the form of the AI SDK: objects with a `type`; a part of the type `text` has a `text`. They may be absent, and
 * must be where there is a text.
 */
export function IsParts(): PropertyDecorator {
  return checked('isParts', (value, { content, metadata }) => {
    if (value === undefined) return undefined;
    if (content !== undefined) return 'must not be sent together with content';
    if (!Array.isArray(value) || value.length === 0 || !value.every(isPart)) {
      return 'must be a list of objects with a "type", and with "text" when the type is "text"';
    }
    return isWithinMessageSize(value, metadata) ? undefined : TOO_LARGE;
  });
}

/** Limits the bytes of what a message is to have. */
export function IsWithinMessageSize(): PropertyDecorator {
  return rule('isWithinMessageSize', TOO_LARGE, (value) => isWithinMessageSize(value, undefined));
}

function isWithinMessageSize(content: unknown, metadata: unknown): boolean {
  return jsonBytes(content) + jsonBytes(metadata) <= MAX_MESSAGE_BYTES;
}

function isPart(part: unknown): boolean {
  if (!isRecord(part) || typeof part['type'] !== 'string' || part['type'] === '') return false;
  return part['type'] !== 'text' || typeof part['text'] === 'string';
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
