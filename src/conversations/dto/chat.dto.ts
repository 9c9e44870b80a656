import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { ArrayNotEmpty, IsDefined, IsIn, IsInt, IsString, IsUUID, Max, Min } from 'class-validator';
import { CONVERSATION_STATUSES, type ConversationStatus } from '../../domain/conversation.js';
import { Nested, Optional } from '../../http/dto.js';
import { NewMessageDto } from './new-message.dto.js';
import { ToArray } from './validators.js';

export class SendMessageDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  conversationId!: string;

  /** A message, or just its text. */
  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(NewMessageDto) }, { type: 'string', minLength: 1 }],
  })
  @IsDefined({ message: 'must be there' })
  @Nested(() => NewMessageDto, (value) => (typeof value === 'string' ? { content: value } : value))
  message!: NewMessageDto;
}

export class ChatListDto {
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 20 })
  @Min(1)
  @Max(100)
  @IsInt()
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
