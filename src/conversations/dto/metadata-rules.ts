import { METADATA_LIMITS } from '../../domain/conversation.js';
import { isRecord, rule } from '../../validation/rules.js';

const { keys: MAX_KEYS, keyLength, valueLength } = METADATA_LIMITS;

/** Metadata are labels: few, short, and only strings. */
export function IsMetadata(): PropertyDecorator {
  return metadataRule('isMetadata', MAX_KEYS, isText);
}

/** In a patch, `null` removes a key. A patch may therefore remove all keys and set as many new ones. */
export function IsMetadataPatch(): PropertyDecorator {
  return metadataRule('isMetadataPatch', 2 * MAX_KEYS, (value) => value === null || isText(value));
}

function metadataRule(
  name: string,
  maxKeys: number,
  isValue: (value: unknown) => boolean,
): PropertyDecorator {
  return rule(
    name,
    `must be an object of at most ${MAX_KEYS} strings of at most ${valueLength} characters, with keys of at most ${keyLength}`,
    (value) => {
      if (!isRecord(value)) return false;
      const entries = Object.entries(value);
      return (
        entries.length <= maxKeys && entries.every(([key, text]) => isKey(key) && isValue(text))
      );
    },
  );
}

function isKey(key: string): boolean {
  return key.length >= 1 && key.length <= keyLength;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= valueLength;
}
