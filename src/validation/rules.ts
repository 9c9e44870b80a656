import { ValidateBy, ValidateIf } from 'class-validator';

/** Makes a validation decorator. `isValid` gets the value and the DTO that holds it. */
export function rule(
  name: string,
  message: string,
  isValid: (value: unknown, dto: Record<string, unknown>) => boolean,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value, args) => isValid(value, (args?.object ?? {}) as Record<string, unknown>),
      defaultMessage: () => message,
    },
  });
}

/**
 * Makes a validation decorator of one function, which says what is wrong with the value, or undefined. class-validator
 * takes half a microsecond for each decorator of a class, also for one of a property that is absent: what every append
 * validates has one decorator a property.
 */
export function checked(
  name: string,
  problemOf: (value: unknown, dto: Record<string, unknown>) => string | undefined,
): PropertyDecorator {
  return ValidateBy({
    name,
    validator: {
      validate: (value, args) => problemOf(value, toRecord(args?.object)) === undefined,
      defaultMessage: (args) => problemOf(args?.value, toRecord(args?.object)) ?? '',
    },
  });
}

function toRecord(dto: object | undefined): Record<string, unknown> {
  return (dto ?? {}) as Record<string, unknown>;
}

/** The property may be absent. Unlike class-validator's `IsOptional`, this one validates `null`. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/** The property may be absent or `null`. */
export function OptionalOrNull(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined && value !== null);
}

export function IsWholeNumber(min: number, max?: number): PropertyDecorator {
  return rule('isWholeNumber', wholeNumberMessage(min, max), (value) =>
    isWholeNumber(value, min, max),
  );
}

export function wholeNumberMessage(min: number, max?: number): string {
  return max === undefined
    ? `must be a whole number of at least ${min}`
    : `must be a whole number from ${min} to ${max}`;
}

export function isWholeNumber(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}

/** The property must not be sent together with another one. */
export function IsInsteadOf(other: string): PropertyDecorator {
  return rule(
    'isInsteadOf',
    `must not be sent together with ${other}`,
    (_, dto) => dto[other] === undefined,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
