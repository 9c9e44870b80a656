import { applyDecorators } from '@nestjs/common';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { Nested } from '../validation/dto.js';
import { NewMessageDto } from './message.dto.js';

/** A property that is a message, or only the text of a message of the user. */
export function MessageOrText(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      description: 'A message, or only its text.',
      oneOf: [{ $ref: getSchemaPath(NewMessageDto) }, { type: 'string', minLength: 1 }],
    }),
    IsDefined({ message: 'is required' }),
    Nested(
      () => NewMessageDto,
      (value) => (typeof value === 'string' ? { content: value } : value),
    ),
  );
}
