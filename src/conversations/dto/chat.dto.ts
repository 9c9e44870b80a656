import { ApiProperty } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { MessageOrText } from '../../api/message-or-text.decorator.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { ListConversationsDto } from './list-conversations.dto.js';

export class SendMessageDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  conversationId!: string;

  @MessageOrText()
  message!: NewMessageDto;
}

export class ChatListDto extends ListConversationsDto {}
