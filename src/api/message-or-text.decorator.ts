import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';
import { Nested } from '../validation/dto.js';
import { NewMessageDto } from './message.dto.js';

/** Only a name: `MESSAGE_SCHEMAS` describes it. */
@ApiSchema({ name: 'MessageOrText' })
class MessageOrTextSchema {}

/** A property that is a message, or only the text of a message of the user. */
export function MessageOrText(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: MessageOrTextSchema }),
    IsDefined({ message: 'is required' }),
    Nested(
      () => NewMessageDto,
      (value) => (typeof value === 'string' ? { content: value } : value),
    ),
  );
}
