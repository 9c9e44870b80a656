import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { toDto, type DtoClass } from '../validation/dto.js';
import { fieldErrorsOf, type FieldError } from '../validation/field-errors.js';
import { InvalidRequestError } from './request.errors.js';

/**
 * Makes a DTO of a body or a query and validates it with class-validator. Nest's `ValidationPipe`
 * would delete keys named "constructor" and "prototype" from what clients store.
 */
export class DtoValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !metatype) return value;
    const errors: FieldError[] = [];
    const dto = toDto(metatype as DtoClass, value, errors);
    if (!dto) {
      throw new InvalidRequestError([{ field: type, message: 'must be a JSON object' }]);
    }
    errors.push(...fieldErrorsOf(dto));
    if (errors.length > 0) throw new InvalidRequestError(firstOfEach(errors).map(shorten));
    return dto;
  }
}

/** Bounds of the answer: a client may send any number of unknown properties, with names of any length. */
const MAX_ERRORS = 20;
const MAX_FIELD_LENGTH = 100;

/** The first mistake of each field: the client must correct it first. */
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
