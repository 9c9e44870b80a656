import type { StoredUIMessage } from '@conversation-store/client/ai';
import type { ChatStatus } from 'ai';
import { ArrowDown } from 'lucide-react';
import { useEffect, type ReactElement } from 'react';
import { useStickToBottom } from 'use-stick-to-bottom';
import { MessageView } from '../message/message-view';
import { LoadMore } from '../page/load-more';
import type { OpenConversation } from './open-conversation';
import type { Loading } from './use-loading';
import { useEndKept, usePlaceKept } from './use-place-kept';

interface MessagesProps {
  readonly conversation: OpenConversation;
  readonly messages: readonly StoredUIMessage[];
  readonly status: ChatStatus;
  readonly loading: Loading;
  /** The user has sent something, and wants to see what comes of it. */
  readonly onSent: () => void;
}

/** Follows a reply that is being written, unless the reader has scrolled up. */
export function Messages(props: MessagesProps): ReactElement {
  const { conversation, messages, status, loading, onSent } = props;
  const stick = useStickToBottom({ initial: 'instant', resize: 'instant' });
  const { scrollRef, contentRef, isAtBottom, scrollToBottom } = stick;
  const shown = messages.filter(hasBegun);
  useEndKept(scrollRef, isAtBottom, scrollToBottom);
  usePlaceKept(scrollRef, shown[0] && conversation.keyOf(shown[0]));

  useEffect(() => {
    if (status === 'submitted') void scrollToBottom('instant');
  }, [status, scrollToBottom]);
  const isStreaming = status === 'streaming';
  const last = messages.at(-1);
  // Between its start and its first part, there is nothing of a reply to be seen.
  const isWaiting = status === 'submitted' || (isStreaming && last && !hasBegun(last));
  const older = (): Promise<void> => loading.attempt(() => conversation.loadOlder());
  return (
    <div className="messages">
      <div
        ref={scrollRef}
        className="messages-scroller scroller"
        tabIndex={0}
        role="log"
        aria-label="Messages"
        aria-busy={isStreaming}
      >
        <div ref={contentRef} className="column">
          {loading.isLoading && messages.length === 0 && <Skeleton />}
          {conversation.hasOlder && !loading.problem && (
            <LoadMore label="Earlier messages" onLoad={older} />
          )}
          <ol>
            {shown.map((message) => (
              <MessageView
                key={conversation.keyOf(message)}
                message={message}
                place={conversation.placeOf(message)}
                conversation={conversation}
                loading={loading}
                isStreaming={isStreaming && message === last}
                isBusy={isStreaming || status === 'submitted'}
                onSent={onSent}
              />
            ))}
          </ol>
          <p className="waiting" role="status">
            {isWaiting && messages.length > 0 && (
              <>
                <span className="dots" aria-hidden="true" />
                Sent. Waiting for the reply …
              </>
            )}
          </p>
        </div>
      </div>
      {!isAtBottom && (
        <button
          className="to-end"
          aria-label="To the latest message"
          onClick={() => void scrollToBottom()}
        >
          <ArrowDown aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

/** A reply that was stopped before its first word is not stored either. */
function hasBegun({ parts }: StoredUIMessage): boolean {
  return parts.some(({ type }) => type !== 'step-start');
}

function Skeleton(): ReactElement {
  return (
    <div className="skeleton chat" role="status" aria-label="Loading the messages">
      <span />
      <span />
      <span />
    </div>
  );
}
