import { ApiProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { parseDecimal } from '../../validation/conversions.js';
import { ValidateSent } from '../../validation/dto.js';
import { IsInsteadOf, isWholeNumber, Optional } from '../../validation/rules.js';
import { SentDecimal } from '../../validation/sent-values.js';

export class GetConversationQuery {
  /** How many of the last messages to return. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: 200, default: 50 })
  @SentDecimal(0, 200)
  // class-validator refuses a class that has nothing of it.
  @Allow()
  messages: number = 50;

  /** Show the branch that ends at this message; the active one when absent. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1 })
  @SentDecimal(1)
  leaf?: number;
}

export class ListMessagesQuery {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 200, default: 50 })
  @SentDecimal(1, 200)
  limit: number = 50;

  /** Only messages with a lower `seq`; not together with `after`. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1 })
  @SentDecimal(1)
  before?: number;

  /** Only messages with a higher `seq`, the oldest first. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0 })
  @SentDecimal(0)
  @Optional()
  @IsInsteadOf('before')
  after?: number;

  /** Show the branch that ends at this message; the active one when absent. `all`: the messages of all branches. */
  @ApiProperty({
    oneOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', enum: ['all'] },
    ],
    required: false,
  })
  @SentLeaf()
  leaf?: number | 'all';
}

/** The seq of a message, or every branch. */
function SentLeaf(): PropertyDecorator {
  return ValidateSent(
    (value) =>
      value === 'all' || isWholeNumber(value, 1)
        ? undefined
        : 'must be a whole number of at least 1, or "all"',
    parseDecimal,
  );
}
