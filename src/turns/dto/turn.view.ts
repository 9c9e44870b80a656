import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { Message } from '../../domain/message.js';

@ApiSchema({ name: 'Turn' })
export class TurnView {
  @ApiProperty({ format: 'uuid' })
  readonly turnId!: string;

  /** The message that the turn answers, and the replies. */
  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

export function toTurnView(turnId: string, messages: readonly Message[]): TurnView {
  return { turnId, messages: messages.map(toMessageView) };
}
