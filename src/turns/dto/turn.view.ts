import { ApiProperty } from '@nestjs/swagger';
import { MessageView } from '../../conversations/dto/answers.dto.js';

export class TurnView {
  @ApiProperty({ format: 'uuid' })
  readonly turnId!: string;

  /** The user's message and the replies. */
  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}
