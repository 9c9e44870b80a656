import { ApiProperty } from '@nestjs/swagger';
import { ArrayMinSize, IsArray } from 'class-validator';
import { MAX_MESSAGES_PER_WRITE } from '../../domain/message.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { NestedList } from '../../validation/dto.js';

export class AppendMessagesDto {
  @ApiProperty({
    type: [NewMessageDto],
    minItems: 1,
    maxItems: MAX_MESSAGES_PER_WRITE,
  })
  @IsArray()
  @ArrayMinSize(1)
  @NestedList(() => NewMessageDto, MAX_MESSAGES_PER_WRITE)
  messages!: NewMessageDto[];
}
