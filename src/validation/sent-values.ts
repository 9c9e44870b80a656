import { ValidateSent } from './dto.js';
import { isRecord, isWholeNumber } from './rules.js';

/** A whole number, if the property is sent. */
export function SentWholeNumber(min: number): PropertyDecorator {
  return ValidateSent((value) =>
    isWholeNumber(value, min) ? undefined : `must be a whole number of at least ${min}`,
  );
}

/** An object, if the property is sent. */
export function SentRecord(): PropertyDecorator {
  return ValidateSent((value) => (isRecord(value) ? undefined : 'must be an object'));
}

/** A string, if the property is sent. */
export function SentString(maxLength: number): PropertyDecorator {
  return ValidateSent((value) => {
    if (typeof value !== 'string') return 'must be a string';
    return value.length > maxLength ? `must have at most ${maxLength} characters` : undefined;
  });
}
