import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ArrayMinSize } from 'class-validator';
import { MAX_MESSAGES_PER_WRITE } from '../../domain/message.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { NestedList } from '../../validation/dto.js';
import { SentWholeNumber } from '../../validation/sent-values.js';

@ApiSchema({ name: 'NewMessages' })
export class AppendMessagesDto {
  @ApiProperty({
    type: [NewMessageDto],
    minItems: 1,
    maxItems: MAX_MESSAGES_PER_WRITE,
  })
  @ArrayMinSize(1)
  @NestedList(() => NewMessageDto, MAX_MESSAGES_PER_WRITE)
  messages!: NewMessageDto[];

  /** The message that the first one is to follow, 0 before the first message; the last one of the active branch when absent. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  @SentWholeNumber(0)
  parentSeq?: number;

  /** The message that the first one is to stand in place of, without `parentSeq`. Needs the service role. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  @SentWholeNumber(1)
  supersedes?: number;
}
