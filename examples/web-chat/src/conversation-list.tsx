import type { ReactElement } from 'react';
import type { Conversations } from './use-conversations';

interface ConversationListProps {
  readonly conversations: Conversations;
  readonly openId: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
  readonly onSignOut: () => void;
}

export function ConversationList(props: ConversationListProps): ReactElement {
  const { conversations, openId, onOpen, onSignOut } = props;
  const { list, hasMore, problem, reload, more } = conversations;
  return (
    <nav className="sidebar" aria-label="Conversations">
      <header>
        <h1>Conversations</h1>
        <button className="primary" onClick={() => onOpen(undefined)}>
          New
        </button>
      </header>
      <ul>
        {list.map(({ id, title, updatedAt }) => (
          <li key={id}>
            <button aria-current={id === openId ? 'page' : undefined} onClick={() => onOpen(id)}>
              <span className="title">{title ?? 'Untitled'}</span>
              <time dateTime={updatedAt}>{toShortTime(updatedAt)}</time>
            </button>
          </li>
        ))}
      </ul>
      {hasMore && <button onClick={() => void more()}>More</button>}
      {problem && (
        <div className="notice" role="alert">
          <p>{problem.message}</p>
          <button onClick={() => void reload()}>Try again</button>
        </div>
      )}
      <footer>
        <button onClick={onSignOut}>Change token</button>
      </footer>
    </nav>
  );
}

/** The time of day of what is of today, the date of the rest. */
function toShortTime(iso: string): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday
    ? time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : time.toLocaleDateString([], { day: 'numeric', month: 'short' });
}
