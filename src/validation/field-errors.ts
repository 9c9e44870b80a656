import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { rememberRules } from './remembered-rules.js';

rememberRules(getMetadataStorage());

/** A mistake in one field of an input: `field` is its path, such as `messages.0.content`. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The mistakes that class-validator finds in a DTO: for each property the first one. */
export function fieldErrorsOf(dto: object): FieldError[] {
  return validateSync(dto, { stopAtFirstError: true }).flatMap((error) => flatten(error));
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
