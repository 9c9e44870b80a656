import { ValidateIf, ValidateNested } from 'class-validator';
import type { FieldError } from './request.errors.js';

export type DtoClass = new () => object;

type Conversion = (value: unknown, path: string, errors: FieldError[]) => unknown;

const conversions = new WeakMap<object, Map<string, Conversion>>();

/** Converts a property on its way into a DTO. What it cannot convert it returns, to be refused. */
export function Convert(convert: (value: unknown) => unknown): PropertyDecorator {
  return on(convert);
}

/** A property that is a DTO, or an array of them, itself; `prepare` may bring it into that form. */
export function Nested(
  type: () => DtoClass,
  prepare: (value: unknown) => unknown = (value) => value,
): PropertyDecorator {
  const build: Conversion = (value, path, errors) => {
    const prepared = prepare(value);
    return Array.isArray(prepared)
      ? prepared.map((item, i) => toDto(type(), item, errors, `${path}.${i}.`))
      : toDto(type(), prepared, errors, `${path}.`);
  };
  return (target, property) => {
    ValidateNested({ message: 'must be an object' })(target, property);
    on(build)(target, property);
  };
}

/** May be absent. Unlike class-validator's `IsOptional`, takes `null` for a value. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}

/**
 * A DTO with the properties of a plain object. What the class does not declare is left out and
 * added to the errors. Values that are no DTOs stay the very same objects, whatever keys they have:
 * class-transformer, which would copy them, fails on a key "constructor".
 */
export function toDto(Dto: DtoClass, plain: unknown, errors: FieldError[], path = ''): unknown {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return plain;
  const dto = new Dto() as Record<string, unknown>;
  const convert = conversions.get(Dto.prototype as object);
  for (const [key, value] of Object.entries(plain)) {
    const field = `${path}${key}`;
    if (Object.hasOwn(dto, key)) {
      dto[key] = convert?.get(key)?.(value, field, errors) ?? value;
    } else {
      errors.push({ field, message: 'is not a known property' });
    }
  }
  return dto;
}

function on(conversion: Conversion): PropertyDecorator {
  return (target, property) => {
    const known = conversions.get(target) ?? new Map<string, Conversion>();
    conversions.set(target, known.set(String(property), conversion));
  };
}
