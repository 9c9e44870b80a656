import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsIn, ValidateIf } from 'class-validator';
import { MessageOrText } from '../../api/message-or-text.decorator.js';
import { NewMessageDto } from '../../api/message.dto.js';
import { TURN_POLICIES, type TurnPolicy } from '../../domain/turn.js';
import { Nested } from '../../validation/dto.js';
import { IsInsteadOf, IsWholeNumber, Optional } from '../../validation/rules.js';
import { ContinuationDto } from './continuation.dto.js';

/** What is to be answered: a `message`, or one that is stored (`regenerate`, `continue`). */
@ApiSchema({ name: 'NewTurn' })
export class NewTurnDto {
  @ValidateIf(
    ({ message, regenerate, continue: continued }: NewTurnDto) =>
      message !== undefined || (regenerate === undefined && continued === undefined),
  )
  @MessageOrText()
  message?: NewMessageDto;

  /** The message that `message` is to follow, 0 before the first one; the last one of the active branch when absent. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0 })
  @Optional()
  @IsInsteadOf('regenerate')
  @IsInsteadOf('continue')
  @IsWholeNumber(0)
  parentSeq?: number;

  /** The `seq` of a message of the user that is to be answered again. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1 })
  @Optional()
  @IsInsteadOf('message')
  @IsWholeNumber(1)
  regenerate?: number;

  /** What a message of the assistant waits for. */
  @Optional()
  @IsInsteadOf('message')
  @IsInsteadOf('regenerate')
  @Nested(() => ContinuationDto)
  continue?: ContinuationDto;

  /** While another turn runs: fail with 409, wait for its end, or cancel it. */
  @ApiProperty({ enum: TURN_POLICIES, required: false, default: 'reject' })
  @IsIn(TURN_POLICIES)
  onConflict: TurnPolicy = 'reject';
}
