import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ConversationView, toConversationView } from '../../api/conversation.view.js';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { WriteOutcome } from '../../store/conversation-store.js';

@ApiSchema({ name: 'AppendedMessages' })
export class AppendedView {
  /** The messages of this request. */
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  readonly conversation!: ConversationView;
}

export function toAppendedView({ messages, conversation }: WriteOutcome): AppendedView {
  return { data: messages.map(toMessageView), conversation: toConversationView(conversation) };
}
