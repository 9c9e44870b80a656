import type { Conversation } from '@conversation-store/client';
import type { ReactElement } from 'react';
import { ConversationMenu } from './conversation-menu';
import { toShortTime } from './short-time';
import { titleOf } from './title-of';
import type { ConversationActions } from './use-conversation-actions';

interface ConversationItemProps {
  readonly conversation: Conversation;
  readonly isOpen: boolean;
  readonly actions: ConversationActions;
  readonly onOpen: (id: string) => void;
}

export function ConversationItem(props: ConversationItemProps): ReactElement {
  const { conversation, isOpen, actions, onOpen } = props;
  const { id, updatedAt } = conversation;
  return (
    <li className="conversation-item">
      <button
        className="open"
        aria-current={isOpen ? 'page' : undefined}
        onClick={() => onOpen(id)}
      >
        <span className="title">{titleOf(conversation)}</span>
        <time dateTime={updatedAt}>{toShortTime(updatedAt)}</time>
      </button>
      <ConversationMenu conversation={conversation} actions={actions} />
    </li>
  );
}
