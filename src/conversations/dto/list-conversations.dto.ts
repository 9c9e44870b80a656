import { ApiProperty } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsString } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { FromDecimal, ToArray } from '../../validation/conversions.js';
import { IsWholeNumber, Optional } from '../../validation/rules.js';

export abstract class ListConversationsDto {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 20 })
  @IsWholeNumber(1, 100)
  limit: number = 20;

  @Optional()
  @IsString()
  cursor?: string;

  /** One status or several. */
  @Optional()
  @ToArray()
  @ArrayNotEmpty()
  @IsIn(CONVERSATION_STATUSES, { each: true })
  status?: ConversationStatus[];
}

export class ListConversationsQuery extends ListConversationsDto {
  @FromDecimal()
  override limit: number = 20;
}
