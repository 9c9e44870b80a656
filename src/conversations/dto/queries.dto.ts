import { ApiProperty } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { Optional } from '../../http/dto.js';
import { FromDecimal, IsInsteadOf, ToArray } from './validators.js';

export class ListConversationsQuery {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 20 })
  @FromDecimal()
  @Min(1)
  @Max(100)
  @IsInt()
  limit: number = 20;

  @Optional()
  @IsString()
  cursor?: string;

  /** May be given several times. */
  @Optional()
  @ToArray()
  @ArrayNotEmpty()
  @IsIn(CONVERSATION_STATUSES, { each: true })
  status?: ConversationStatus[];
}

export class GetConversationQuery {
  /** How many of the last messages to return. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: 200, default: 50 })
  @FromDecimal()
  @Min(0)
  @Max(200)
  @IsInt()
  messages: number = 50;
}

export class ListMessagesQuery {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 200, default: 50 })
  @FromDecimal()
  @Min(1)
  @Max(200)
  @IsInt()
  limit: number = 50;

  /** Only messages with a lower `seq`; not together with `after`. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1 })
  @Optional()
  @FromDecimal()
  @Min(1)
  @IsInt()
  before?: number;

  /** Only messages with a higher `seq`, the oldest first. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0 })
  @Optional()
  @FromDecimal()
  @Min(0)
  @IsInsteadOf('before')
  @IsInt()
  after?: number;
}
