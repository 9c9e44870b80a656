import { applyDecorators } from '@nestjs/common';
import { ValidateNested } from 'class-validator';
import type { FieldError } from './field-errors.js';

export type DtoClass<Dto extends object = object> = new () => Dto;

type Conversion = (value: unknown, path: string, errors: FieldError[]) => unknown;

/** The conversions of a class by property, under the prototype of the class. */
const conversions = new WeakMap<object, Map<string, Conversion>>();

/** Converts a property before it is validated. Return a value that cannot be converted as it is. */
export function Convert(convert: (value: unknown) => unknown): PropertyDecorator {
  return register(convert);
}

/**
 * Converts and validates a property that is sent, and needs no other one. `problemOf` says what is wrong with the converted
 * value. class-validator takes half a microsecond for each property of a class, also for one that is absent.
 */
export function ValidateSent(
  problemOf: (value: unknown) => string | undefined,
  convert: (value: unknown) => unknown = (value) => value,
): PropertyDecorator {
  return register((sent, field, errors) => {
    const value = convert(sent);
    const message = problemOf(value);
    if (message !== undefined) errors.push({ field, message });
    return value;
  });
}

/** A property that is a DTO itself; `prepare` may bring the value into that form. */
export function Nested(
  type: () => DtoClass,
  prepare: (value: unknown) => unknown = (value) => value,
): PropertyDecorator {
  return nested((value, path, errors) => toNestedDto(type(), prepare(value), path, errors));
}

/**
 * A property that is an array of at most `max` DTOs, if it is sent. The array is counted before any DTO is made. Anything else
 * is refused here: class-validator would trust its `constructor`.
 */
export function NestedList(type: () => DtoClass, max: number): PropertyDecorator {
  return nested((value, path, errors) => {
    if (!Array.isArray(value)) {
      errors.push({ field: path, message: 'must be an array' });
      return undefined;
    }
    if (value.length > max) {
      errors.push({ field: path, message: `must have at most ${max} elements` });
    }
    const items = value.slice(0, max);
    return items.map((item, i) => toNestedDto(type(), item, `${path}.${i}`, errors));
  });
}

/**
 * Makes a DTO with the properties of a plain object; undefined when `plain` is not an object. A
 * property that the class does not declare is left out and added to `errors`. Values that are not
 * DTOs stay the very same objects. class-transformer would copy them, and it fails on the key
 * "constructor".
 */
export function toDto<Dto extends object>(
  Class: DtoClass<Dto>,
  plain: unknown,
  errors: FieldError[],
  path = '',
): Dto | undefined {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return undefined;
  const dto = new Class();
  const known = conversionsOf(Class.prototype as object);
  for (const [key, value] of Object.entries(plain)) {
    const field = `${path}${key}`;
    if (Object.hasOwn(dto, key)) {
      const convert = known?.get(key);
      (dto as Record<string, unknown>)[key] = convert ? convert(value, field, errors) : value;
    } else {
      errors.push({ field, message: 'is not a known property' });
    }
  }
  return dto;
}

/** A value that is not an object is refused here: class-validator would accept an empty array. */
function toNestedDto(
  Class: DtoClass,
  plain: unknown,
  path: string,
  errors: FieldError[],
): object | undefined {
  const dto = toDto(Class, plain, errors, `${path}.`);
  if (!dto) errors.push({ field: path, message: 'must be an object' });
  return dto;
}

function nested(conversion: Conversion): PropertyDecorator {
  return applyDecorators(ValidateNested(), register(conversion));
}

function register(conversion: Conversion): PropertyDecorator {
  return (target, property) => {
    const own = conversions.get(target) ?? new Map(conversionsOf(target));
    conversions.set(target, own.set(String(property), conversion));
  };
}

/** A class without conversions of its own has those of the class that it extends. */
function conversionsOf(prototype: object | null): Map<string, Conversion> | undefined {
  if (prototype === null) return undefined;
  return (
    conversions.get(prototype) ?? conversionsOf(Object.getPrototypeOf(prototype) as object | null)
  );
}
