import { ApiProperty } from '@nestjs/swagger';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { MessagePage } from '../../store/conversation-store.js';

export class MessageListView {
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  /** Whether there are more messages: newer ones with `after`, and else older ones. */
  readonly hasMore!: boolean;
}

export function toMessageListView({ messages, hasMore }: MessagePage): MessageListView {
  return { data: messages.map(toMessageView), hasMore };
}
