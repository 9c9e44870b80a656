import type { ConversationStatus } from '@conversation-store/client';
import { LogOut, SquarePen, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { LoadMore } from '../page/load-more';
import { Notice } from '../page/notice';
import { ConversationItem } from './conversation-item';
import { StatusFilter } from './status-filter';
import type { ConversationActions } from './use-conversation-actions';
import type { Conversations } from './use-conversations';

interface ConversationListProps {
  readonly conversations: Conversations;
  readonly actions: ConversationActions;
  readonly openId: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onSignOut: () => void;
  /** Closes the list, where it lies over the conversation. */
  readonly onClose: (() => void) | undefined;
}

const EMPTY: Record<ConversationStatus, string> = {
  active: 'No active conversations. A message begins one.',
  completed: 'No conversation is completed.',
  archived: 'The archive is empty.',
};

export function ConversationList(props: ConversationListProps): ReactElement {
  const { conversations, actions, openId, onOpen, onSignOut, onClose } = props;
  const { status, list, isLoading, hasMore, problem, show, reload, more } = conversations;
  return (
    <nav aria-label="Conversations">
      <header>
        <h2>Conversations</h2>
        <button className="button" onClick={() => onOpen(undefined)}>
          <SquarePen aria-hidden="true" />
          New
        </button>
        {onClose && (
          <button className="icon-button" aria-label="Close the list" onClick={onClose}>
            <X aria-hidden="true" />
          </button>
        )}
      </header>
      <StatusFilter status={status} onStatus={show} />
      <div className="list-scroller scroller" aria-busy={isLoading}>
        {isLoading && <Skeleton />}
        {!isLoading && list.length === 0 && !problem && <p className="empty">{EMPTY[status]}</p>}
        <ul>
          {list.map((conversation) => (
            <ConversationItem
              key={conversation.id}
              conversation={conversation}
              isOpen={conversation.id === openId}
              actions={actions}
              onOpen={onOpen}
            />
          ))}
        </ul>
        {hasMore && !problem && <LoadMore label="More conversations" onLoad={more} />}
        {problem && <Notice message={problem.message} action="Try again" onAction={reload} />}
      </div>
      <footer>
        <button className="button quiet" onClick={onSignOut}>
          <LogOut aria-hidden="true" />
          Change token
        </button>
      </footer>
    </nav>
  );
}

function Skeleton(): ReactElement {
  return (
    <div className="skeleton" role="status" aria-label="Loading the conversations">
      {Array.from({ length: 6 }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
