import { ApiProperty } from '@nestjs/swagger';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { Message } from '../../domain/message.js';

export class TurnView {
  @ApiProperty({ format: 'uuid' })
  readonly turnId!: string;

  /** The message of the user, then the answer. */
  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

export function toTurnView(turnId: string, messages: readonly Message[]): TurnView {
  return { turnId, messages: messages.map(toMessageView) };
}
