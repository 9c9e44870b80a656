import type { PipeTransform } from '@nestjs/common';
import { validate } from 'uuid';
import { InvalidRequestError } from './request.errors.js';

/** An id in a path: a UUID, in the lower case in which ids are kept. */
export class UuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!validate(value))
      throw new InvalidRequestError([{ field: 'id', message: 'must be a UUID' }]);
    return value.toLowerCase();
  }
}
