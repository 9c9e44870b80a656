import { ApiProperty } from '@nestjs/swagger';
import { ArrayMinSize, IsArray } from 'class-validator';
import { MAX_MESSAGES_PER_WRITE } from '../../domain/message.js';
import { NestedList } from '../../http/dto.js';
import { NewMessageDto } from './new-message.dto.js';

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
