import type { Conversation } from '@conversation-store/client';
import { PanelLeft } from 'lucide-react';
import type { ReactElement } from 'react';
import { ConversationMenu } from '../conversations/conversation-menu';
import { titleOf } from '../conversations/title-of';
import type { ConversationActions } from '../conversations/use-conversation-actions';

interface PaneHeaderProps {
  readonly title?: string;
  readonly conversation?: Conversation | undefined;
  readonly actions?: ConversationActions;
  /** Shows the list; undefined where it is in sight. */
  readonly onOpenList: (() => void) | undefined;
}

export function PaneHeader(props: PaneHeaderProps): ReactElement {
  const { conversation, actions, onOpenList } = props;
  const title = props.title ?? (conversation ? titleOf(conversation) : 'Conversation');
  return (
    <header className="pane-header">
      {onOpenList && (
        <button className="icon-button" aria-label="Show the conversations" onClick={onOpenList}>
          <PanelLeft aria-hidden="true" />
        </button>
      )}
      <h1>{title}</h1>
      {conversation && actions && (
        <ConversationMenu conversation={conversation} actions={actions} />
      )}
    </header>
  );
}
