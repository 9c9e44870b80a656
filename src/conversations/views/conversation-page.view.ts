import { ApiSchema } from '@nestjs/swagger';
import {
  ConversationWithMessagesView,
  toConversationWithMessagesView,
} from '../../api/conversation.view.js';
import type { MessagePage } from '../../store/conversation-store.js';

@ApiSchema({ name: 'ConversationPage' })
export class ConversationPageView extends ConversationWithMessagesView {
  /** Whether the conversation has older messages than these. */
  readonly hasMore!: boolean;
}

export function toConversationPageView(page: MessagePage): ConversationPageView {
  return Object.assign(toConversationWithMessagesView(page), { hasMore: page.hasMore });
}
