import { ArrayNotEmpty, IsIn, IsInt, IsString, IsUUID, Max, Min } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { Nested, Optional } from '../../http/dto.js';
import { NewMessageDto } from './new-message.dto.js';
import { ToArray } from './validators.js';

export class SendMessageDto {
  @IsUUID()
  conversationId: string = '';

  /** A message, or just its text. */
  @Nested(() => NewMessageDto, (value) => (typeof value === 'string' ? { content: value } : value))
  message: NewMessageDto = new NewMessageDto();
}

export class ChatListDto {
  @IsInt()
  @Min(1)
  @Max(100)
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
