import { ArrayNotEmpty, IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { Optional } from '../../http/dto.js';
import { FromDecimal, IsInsteadOf, ToArray } from './validators.js';

export class ListConversationsQuery {
  @FromDecimal()
  @IsInt()
  @Min(1)
  @Max(100)
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
  @FromDecimal()
  @IsInt()
  @Min(0)
  @Max(200)
  messages: number = 50;
}

export class ListMessagesQuery {
  @FromDecimal()
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  /** Only messages with a lower `seq`; not together with `after`. */
  @Optional()
  @FromDecimal()
  @IsInt()
  @Min(1)
  before?: number;

  /** Only messages with a higher `seq`, the oldest first. */
  @Optional()
  @FromDecimal()
  @IsInt()
  @Min(0)
  @IsInsteadOf('before')
  after?: number;
}
