import { parseDecimal } from './conversions.js';
import { ValidateSent } from './dto.js';
import { isRecord, isWholeNumber, wholeNumberMessage } from './rules.js';

/** A whole number, if the property is sent. */
export function SentWholeNumber(min: number, max?: number): PropertyDecorator {
  return ValidateSent(wholeNumberProblem(min, max));
}

/** A query parameter that is a whole number, if it is sent. */
export function SentDecimal(min: number, max?: number): PropertyDecorator {
  return ValidateSent(wholeNumberProblem(min, max), parseDecimal);
}

function wholeNumberProblem(min: number, max?: number): (value: unknown) => string | undefined {
  const message = wholeNumberMessage(min, max);
  return (value) => (isWholeNumber(value, min, max) ? undefined : message);
}

/** One of these values, if the property is sent. */
export function SentOneOf(values: readonly unknown[]): PropertyDecorator {
  const message = `must be one of the following values: ${values.join(', ')}`;
  return ValidateSent((value) => (values.includes(value) ? undefined : message));
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
