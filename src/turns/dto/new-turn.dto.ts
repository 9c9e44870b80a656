import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { MessageOrText } from '../../api/message-or-text.decorator.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { TURN_POLICIES, type TurnPolicy } from '../../domain/turn.js';

export class NewTurnDto {
  @MessageOrText()
  message!: NewMessageDto;

  /** While another turn runs: fail with 409, wait for its end, or cancel it. */
  @ApiProperty({ enum: TURN_POLICIES, required: false, default: 'reject' })
  @IsIn(TURN_POLICIES)
  onConflict: TurnPolicy = 'reject';
}
