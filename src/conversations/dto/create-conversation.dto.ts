import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { MAX_EXTERNAL_ID_LENGTH, MAX_TITLE_LENGTH } from '../../domain/conversation.js';
import { MAX_MESSAGES_PER_WRITE } from '../../domain/message.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { NestedList } from '../../validation/dto.js';
import { Optional } from '../../validation/rules.js';
import { IsMetadata } from './metadata-rules.js';

@ApiSchema({ name: 'NewConversation' })
export class CreateConversationDto {
  @Optional()
  @IsString()
  @Length(1, MAX_EXTERNAL_ID_LENGTH)
  externalId?: string;

  @Optional()
  @IsString()
  @Length(1, MAX_TITLE_LENGTH)
  title?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @Optional()
  @IsMetadata()
  metadata?: Record<string, string>;

  @ApiProperty({ type: [NewMessageDto], maxItems: MAX_MESSAGES_PER_WRITE, required: false })
  @Optional()
  @NestedList(() => NewMessageDto, MAX_MESSAGES_PER_WRITE)
  messages?: NewMessageDto[];
}
