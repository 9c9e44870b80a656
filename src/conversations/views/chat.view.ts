import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  ConversationView,
  ConversationWithMessagesView,
  toConversationView,
  toConversationWithMessagesView,
} from '../../api/conversation.view.js';
import { MessageView, toMessageView } from '../../api/message.view.js';
import type { WriteOutcome } from '../../store/conversation-store.js';
import type { ConversationList } from '../conversations.service.js';
import { CursorPageView } from './cursor-page.view.js';

@ApiSchema({ name: 'ChatStarted' })
export class ChatStartedView {
  @ApiProperty({ format: 'uuid' })
  readonly conversationId!: string;

  readonly conversation!: ConversationWithMessagesView;
}

@ApiSchema({ name: 'ChatSent' })
export class ChatSentView {
  @ApiProperty({ format: 'uuid' })
  readonly conversationId!: string;

  @ApiProperty({ type: [MessageView] })
  readonly messages!: readonly MessageView[];
}

@ApiSchema({ name: 'ChatList' })
export class ChatListView extends CursorPageView {
  @ApiProperty({ type: [ConversationView] })
  readonly conversations!: readonly ConversationView[];
}

export function toChatStartedView(outcome: WriteOutcome): ChatStartedView {
  const conversation = toConversationWithMessagesView(outcome);
  return { conversationId: conversation.id, conversation };
}

export function toChatSentView({ conversation, messages }: WriteOutcome): ChatSentView {
  return { conversationId: conversation.id, messages: messages.map(toMessageView) };
}

export function toChatListView({ conversations, nextCursor }: ConversationList): ChatListView {
  return { conversations: conversations.map(toConversationView), nextCursor };
}
