import { checked, isRecord } from '../validation/rules.js';

/** The text of a message. It may be absent where there are parts. */
export function IsContent(): PropertyDecorator {
  return checked('isContent', (value, { parts }) => {
    if (value === undefined && parts !== undefined) return undefined;
    if (typeof value !== 'string') return 'must be a string';
    return value === '' ? 'must have at least 1 character' : undefined;
  });
}

/**
 * Parts in the form of the AI SDK: objects with a `type`; a part of the type `text` has a `text`. They may be absent, and
 * must be where there is a text.
 */
export function IsParts(): PropertyDecorator {
  return checked('isParts', (value, { content }) => {
    if (value === undefined) return undefined;
    if (content !== undefined) return 'must not be sent together with content';
    if (!Array.isArray(value) || value.length === 0 || !value.every(isPart)) {
      return 'must be a list of objects with a "type", and with "text" when the type is "text"';
    }
    return undefined;
  });
}

function isPart(part: unknown): boolean {
  if (!isRecord(part) || typeof part['type'] !== 'string' || part['type'] === '') return false;
  return part['type'] !== 'text' || typeof part['text'] === 'string';
}
