import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { toDto, type DtoClass } from './dto.js';
import { InvalidRequestError, type FieldError } from './request.errors.js';

/**
 * Makes DTOs of bodies and queries and validates them with class-validator. In place of Nest's
 * `ValidationPipe`, which deletes keys named "constructor" and "prototype" from what clients store.
 */
export class DtoValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !metatype) return value;
    const errors: FieldError[] = [];
    const dto: unknown = toDto(metatype as DtoClass, value, errors);
    if (!isInstance(dto, metatype)) {
      throw new InvalidRequestError([{ field: type, message: 'must be a JSON object' }]);
    }
    errors.push(
      ...validateSync(dto, { stopAtFirstError: true }).flatMap((error) => flatten(error)),
    );
    if (errors.length > 0) throw new InvalidRequestError(errors.slice(0, MAX_ERRORS));
    return dto;
  }
}

function isInstance(value: unknown, type: ArgumentMetadata['metatype'] & object): value is object {
  return value instanceof type;
}

/** An answer is no longer than it helps. */
const MAX_ERRORS = 20;

function flatten(error: ValidationError, path = ''): FieldError[] {
  const field = path + error.property;
  const own = Object.values(error.constraints ?? {}).map((text) => ({
    field,
    message: text.replace(`${error.property} `, ''),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${field}.`))];
}
