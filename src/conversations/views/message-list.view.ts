import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { MessagePage } from '../../store/conversation-store.js';

@ApiSchema({ name: 'MessageList' })
export class MessageListView {
  @ApiProperty({ type: [MessageView] })
  readonly data!: readonly MessageView[];

  /** Whether there are more messages: newer ones with `after`, and else older ones. */
  readonly hasMore!: boolean;

  /** The last message of the branch that this is a page of: pass it as `leaf` for the next page. */
  @ApiProperty({ type: 'integer' })
  readonly leafSeq!: number;
}

export function toMessageListView({ messages, hasMore, leafSeq }: MessagePage): MessageListView {
  return { data: messages.map(toMessageView), hasMore, leafSeq };
}
