import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsWholeNumber } from '../../validation/rules.js';

@ApiSchema({ name: 'ForkPoint' })
export class ForkConversationDto {
  /** The last message to copy, on any branch. */
  @ApiProperty({ type: 'integer', minimum: 1 })
  @IsWholeNumber(1)
  seq!: number;
}
