import { ValidateBy, type ValidationOptions } from 'class-validator';
import { METADATA_LIMITS } from '../../domain/conversation.js';
import { MAX_MESSAGE_BYTES } from '../../domain/message.js';
import { Convert } from '../../http/dto.js';

/** Labels: few, short, strings; in a patch also `null`, which removes one. */
export function IsMetadata({ patch = false } = {}): PropertyDecorator {
  const { keys, keyLength, valueLength } = METADATA_LIMITS;
  const isEntry = ([key, value]: [string, unknown]): boolean =>
    key.length >= 1 &&
    key.length <= keyLength &&
    (typeof value === 'string' ? value.length <= valueLength : patch && value === null);
  return rule(
    'isMetadata',
    `must be an object of at most ${keys} strings of at most ${valueLength} characters, with keys of at most ${keyLength}`,
    (value) => {
      if (patch && value === null) return true;
      if (!isRecord(value)) return false;
      const entries = Object.entries(value);
      // A patch may remove as many keys as there are while it sets as many.
      return entries.length <= (patch ? 2 * keys : keys) && entries.every(isEntry);
    },
  );
}

/** Parts as the AI SDK has them: objects with a type, and a text part with its text. */
export function IsParts(): PropertyDecorator {
  return rule(
    'isParts',
    'must be a list of objects with a "type", and with "text" when the type is "text"',
    (value) => Array.isArray(value) && value.length > 0 && value.every(isPart),
  );
}

export function IsRecord(): PropertyDecorator {
  return rule('isRecord', 'must be an object', isRecord);
}

/** Bounds the bytes of a message: of its content or parts, with its metadata. */
export function IsWithinMessageSize(): PropertyDecorator {
  return rule(
    'isWithinMessageSize',
    `must not make the message larger than ${MAX_MESSAGE_BYTES} bytes`,
    (value, { metadata }) => {
      const bytes = jsonBytes(value) + (metadata === undefined ? 0 : jsonBytes(metadata));
      return bytes <= MAX_MESSAGE_BYTES;
    },
  );
}

/** Not together with another property. */
export function IsInsteadOf(other: string): PropertyDecorator {
  return rule(
    'isInsteadOf',
    `must not be there together with ${other}`,
    (_, object) => object[other] === undefined,
  );
}

/** A query parameter that is a plain decimal number, given once. */
export function FromDecimal(): PropertyDecorator {
  return Convert((value) =>
    typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value,
  );
}

/** One value or several. */
export function ToArray(): PropertyDecorator {
  return Convert((value) => (typeof value === 'string' ? [value] : value));
}

function isPart(part: unknown): boolean {
  if (!isRecord(part) || typeof part['type'] !== 'string' || part['type'] === '') return false;
  return part['type'] !== 'text' || typeof part['text'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

function rule(
  name: string,
  message: string,
  validate: (value: unknown, object: Record<string, unknown>) => boolean,
  options: ValidationOptions = {},
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value, args) => validate(value, (args?.object ?? {}) as Record<string, unknown>),
        defaultMessage: () => message,
      },
    },
    options,
  );
}
