import { ApiProperty } from '@nestjs/swagger';
import { FromDecimal } from '../../validation/conversions.js';
import { IsInsteadOf, IsWholeNumber, Optional, rule } from '../../validation/rules.js';

export class GetConversationQuery {
  /** How many of the last messages to return. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: 200, default: 50 })
  @FromDecimal()
  @IsWholeNumber(0, 200)
  messages: number = 50;

  /** Show the branch that ends at this message; the active one when absent. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1 })
  @Optional()
  @FromDecimal()
  @IsWholeNumber(1)
  leaf?: number;
}

export class ListMessagesQuery {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 200, default: 50 })
  @FromDecimal()
  @IsWholeNumber(1, 200)
  limit: number = 50;

  /** Only messages with a lower `seq`; not together with `after`. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1 })
  @Optional()
  @FromDecimal()
  @IsWholeNumber(1)
  before?: number;

  /** Only messages with a higher `seq`, the oldest first. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0 })
  @Optional()
  @FromDecimal()
  @IsInsteadOf('before')
  @IsWholeNumber(0)
  after?: number;

  /** Show the branch that ends at this message; the active one when absent. `all`: the messages of all branches. */
  @ApiProperty({
    oneOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', enum: ['all'] },
    ],
    required: false,
  })
  @Optional()
  @FromDecimal()
  @IsLeaf()
  leaf?: number | 'all';
}

/** The seq of a message, or every branch. */
function IsLeaf(): PropertyDecorator {
  return rule(
    'isLeaf',
    'must be a whole number of at least 1, or "all"',
    (value) => value === 'all' || (Number.isSafeInteger(value) && (value as number) >= 1),
  );
}
