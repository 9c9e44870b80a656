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
    const dto = toDto(metatype as DtoClass, value, errors);
    if (!dto) {
      throw new InvalidRequestError([{ field: type, message: 'must be a JSON object' }]);
    }
    errors.push(
      ...validateSync(dto, { stopAtFirstError: true }).flatMap((error) => flatten(error)),
    );
    if (errors.length > 0) throw new InvalidRequestError(firstOfEach(errors).map(shorten));
    return dto;
  }
}

/** An answer is no longer than it helps: the name of an unknown property is as long as its sender likes. */
const MAX_ERRORS = 20;
const MAX_FIELD_LENGTH = 100;

/** What is wrong with a field first is what to mend first. */
function firstOfEach(errors: readonly FieldError[]): FieldError[] {
  const byField = new Map<string, FieldError>();
  for (const error of errors) {
    if (byField.size < MAX_ERRORS && !byField.has(error.field)) byField.set(error.field, error);
  }
  return [...byField.values()];
}

function shorten({ field, message }: FieldError): FieldError {
  return { field: field.slice(0, MAX_FIELD_LENGTH).toWellFormed(), message };
}

function flatten(error: ValidationError, path = ''): FieldError[] {
  const field = path + error.property;
  const own = Object.values(error.constraints ?? {}).map((text) => ({
    field,
    message: text
      .replace(`each value in ${error.property} `, 'each value ')
      .replace(`${error.property} `, ''),
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, `${field}.`))];
}
