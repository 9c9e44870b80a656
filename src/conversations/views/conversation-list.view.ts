import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { ConversationView, toConversationView } from '../../api/conversation.view.js';
import type { ConversationList } from '../conversations.service.js';
import { CursorPageView } from './cursor-page.view.js';

@ApiSchema({ name: 'ConversationList' })
export class ConversationListView extends CursorPageView {
  @ApiProperty({ type: [ConversationView] })
  readonly data!: readonly ConversationView[];
}

export function toConversationListView({
  conversations,
  nextCursor,
}: ConversationList): ConversationListView {
  return { data: conversations.map(toConversationView), nextCursor };
}
