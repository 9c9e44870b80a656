import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import { MessageOrText } from '../../api/message-or-text.decorator.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { ListConversationsDto } from './list-conversations.dto.js';

@ApiSchema({ name: 'NewChatMessage' })
export class SendMessageDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  conversationId!: string;

  @MessageOrText()
  message!: NewMessageDto;
}

@ApiSchema({ name: 'ChatListOptions' })
export class ChatListDto extends ListConversationsDto {}
