import { ApiProperty } from '@nestjs/swagger';
import { ArrayNotEmpty, IsIn, IsString } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { ToArray } from '../../validation/conversions.js';
import { Optional } from '../../validation/rules.js';
import { SentDecimal, SentWholeNumber } from '../../validation/sent-values.js';

/** Conversations of a page. */
const MAX_LIMIT = 100;

export abstract class ListConversationsDto {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: MAX_LIMIT, default: 20 })
  @SentWholeNumber(1, MAX_LIMIT)
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
  @SentDecimal(1, MAX_LIMIT)
  override limit: number = 20;
}
