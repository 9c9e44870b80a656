import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { IsDefined, IsIn } from 'class-validator';
import { NewMessageDto } from '../../conversations/dto/new-message.dto.js';
import { TURN_POLICIES, type TurnPolicy } from '../../domain/turn.js';
import { Nested } from '../../http/dto.js';

export class NewTurnDto {
  /** A message, or only its text. */
  @ApiProperty({
    oneOf: [{ $ref: getSchemaPath(NewMessageDto) }, { type: 'string', minLength: 1 }],
  })
  @IsDefined({ message: 'must be there' })
  @Nested(() => NewMessageDto, (value) => (typeof value === 'string' ? { content: value } : value))
  message!: NewMessageDto;

  /** While another turn runs: fail with 409, wait for its end, or cancel it. */
  @ApiProperty({ enum: TURN_POLICIES, required: false, default: 'reject' })
  @IsIn(TURN_POLICIES)
  onConflict: TurnPolicy = 'reject';
}
