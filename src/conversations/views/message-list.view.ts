import { ApiProperty } from '@nestjs/swagger';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { MessagePage } from '../../store/conversation-store.js';

export class MessageListView {
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  readonly hasMore!: boolean;
}

export function toMessageListView({ messages, hasMore }: MessagePage): MessageListView {
  return { data: messages.map(toMessageView), hasMore };
}
