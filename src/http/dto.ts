import { ValidateIf, ValidateNested } from 'class-validator';
import type { FieldError } from './request.errors.js';

export type DtoClass = new () => object;

type Conversion = (value: unknown, path: string, errors: FieldError[]) => unknown;

const conversions = new WeakMap<object, Map<string, Conversion>>();

/** Converts a property on its way into a DTO. What it cannot convert it returns, to be refused. */
export function Convert(convert: (value: unknown) => unknown): PropertyDecorator {
  return on(convert);
}

/** A property that is a DTO itself; `prepare` may bring it into that form. */
export function Nested(
  type: () => DtoClass,
  prepare: (value: unknown) => unknown = (value) => value,
): PropertyDecorator {
  return nested((value, path, errors) => toNestedDto(type(), prepare(value), path, errors));
}

/**
 * A property that is an array of at most `max` DTOs: counted before anything is made of them. That it
 * is an array is for another decorator to say.
 */
export function NestedList(type: () => DtoClass, max: number): PropertyDecorator {
  return nested((value, path, errors) => {
    if (!Array.isArray(value)) return value;
    if (value.length > max) {
      errors.push({ field: path, message: `must have at most ${max} elements` });
    }
    const items = value.slice(0, max);
    return items.map((item, i) => toNestedDto(type(), item, `${path}.${i}`, errors));
  });
}

/** May be absent. Unlike class-validator's `IsOptional`, takes `null` for a value. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/**
 * A DTO with the properties of a plain object; undefined when the value is none. What the class
 * does not declare is left out and added to the errors. Values that are no DTOs stay the very same
 * objects, whatever keys they have: class-transformer, which would copy them, fails on a key
 * "constructor".
 */
export function toDto(
  Dto: DtoClass,
  plain: unknown,
  errors: FieldError[],
  path = '',
): object | undefined {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return undefined;
  const dto = new Dto() as Record<string, unknown>;
  const known = conversions.get(Dto.prototype as object);
  for (const [key, value] of Object.entries(plain)) {
    const field = `${path}${key}`;
    if (Object.hasOwn(dto, key)) {
      const convert = known?.get(key);
      dto[key] = convert ? convert(value, field, errors) : value;
    } else {
      errors.push({ field, message: 'is not a known property' });
    }
  }
  return dto;
}

/**
 * Refuses here what is no object: class-validator takes an array for a list of nested objects, so
 * that an empty one in the place of an object would pass.
 */
function toNestedDto(
  Dto: DtoClass,
  plain: unknown,
  path: string,
  errors: FieldError[],
): object | undefined {
  const dto = toDto(Dto, plain, errors, `${path}.`);
  if (!dto) errors.push({ field: path, message: 'must be an object' });
  return dto;
}

function nested(conversion: Conversion): PropertyDecorator {
  return (target, property) => {
    ValidateNested()(target, property);
    on(conversion)(target, property);
  };
}

function on(conversion: Conversion): PropertyDecorator {
  return (target, property) => {
    const known = conversions.get(target) ?? new Map<string, Conversion>();
    conversions.set(target, known.set(String(property), conversion));
  };
}
