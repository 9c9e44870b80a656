import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MessageOrText } from '../../api/message-or-text.decorator.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { TURN_POLICIES, type TurnPolicy } from '../../domain/turn.js';

export class NewTurnDto {
  @MessageOrText()
  message!: NewMessageDto;

  /** What to do while another turn runs: fail, wait until it ends, or end it. */
  @ApiProperty({ enum: TURN_POLICIES, required: false, default: 'reject' })
  @IsIn(TURN_POLICIES)
  onConflict: TurnPolicy = 'reject';
}
