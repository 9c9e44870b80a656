import { useChat } from '@ai-sdk/react';
import type { Conversation } from '@conversation-store/client';
import { useEffect, type ReactElement } from 'react';
import type { ConversationActions } from '../conversations/use-conversation-actions';
import type { Session } from '../session/session';
import { ChatNotice } from './chat-notice';
import { ClosedNote } from './closed-note';
import { Composer } from './composer';
import { useMessageBox } from './message-box';
import { Messages } from './messages';
import type { OpenConversation } from './open-conversation';
import { PaneHeader } from './pane-header';
import { useLoading } from './use-loading';
import { useOpened } from './use-opened';

interface ConversationPaneProps {
  readonly session: Session;
  readonly conversation: OpenConversation;
  /** The conversation as the list has it; undefined when it is in another list. */
  readonly listed: Conversation | undefined;
  /** The conversation as this page has changed it last. */
  readonly replaced: Conversation | undefined;
  readonly actions: ConversationActions;
  readonly onOpenList: (() => void) | undefined;
  readonly onSignOut: () => void;
}

/** Milliseconds between two pictures of a reply: a model may send faster than anybody reads. */
const THROTTLE_MS = 50;

export function ConversationPane(props: ConversationPaneProps): ReactElement {
  const { session, conversation, listed, replaced, actions, onOpenList, onSignOut } = props;
  const { messages, status, error } = useChat({
    chat: conversation.chat,
    experimental_throttle: THROTTLE_MS,
  });
  const loading = useLoading(conversation);
  const opened = useOpened(session.client, conversation.id, listed, replaced);
  const { box } = conversation;
  const { draft, refusal } = useMessageBox(box);

  const { attempt } = loading;
  useEffect(() => {
    // A reply is being written, for another tab say: show it.
    if (refusal) void attempt(() => conversation.catchUp());
  }, [attempt, conversation, refusal]);

  const isBusy = status === 'submitted' || status === 'streaming';
  const send = (): void => void conversation.send(draft);
  const stop = (): void => void attempt(() => conversation.stop());
  return (
    <main className="pane">
      <PaneHeader conversation={opened} actions={actions} onOpenList={onOpenList} />
      <Messages
        conversation={conversation}
        messages={messages}
        status={status}
        loading={loading}
        onSent={() => box.forgetRefusal()}
      />
      <div className="pane-end">
        <ChatNotice
          conversation={conversation}
          refusal={refusal}
          loading={loading}
          error={error}
          onSignOut={onSignOut}
        />
        {opened && opened.status !== 'active' ? (
          <ClosedNote conversation={opened} actions={actions} />
        ) : (
          <Composer
            draft={draft}
            onDraft={(next) => box.write(next)}
            onSend={send}
            onStop={stop}
            isBusy={isBusy}
          />
        )}
      </div>
    </main>
  );
}
