import type { PipeTransform } from '@nestjs/common';
import { validate } from 'uuid';
import { InvalidRequestError } from './request.errors.js';

/** An id in a path must be a UUID. Ids are stored in lower case. */
export class UuidPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!validate(value)) {
      throw new InvalidRequestError([{ field: 'id', message: 'must be a UUID' }]);
    }
    return value.toLowerCase();
  }
}
