import { useChat } from '@ai-sdk/react';
import type { Conversation, ProblemError } from '@conversation-store/client';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import type { ConversationActions } from '../conversations/use-conversation-actions';
import type { Session } from '../session/session';
import { ChatNotice } from './chat-notice';
import { ClosedNote } from './closed-note';
import { Composer } from './composer';
import { EMPTY_DRAFT, withReturned, type Draft } from './draft';
import { Messages } from './messages';
import type { SentMessage, OpenConversation } from './open-conversation';
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
  const [draft, setDraft] = useState(conversation.draft);
  const [refusal, setRefusal] = useState<ProblemError>();

  const write = useCallback(
    (next: Draft): void => {
      conversation.draft = next;
      setDraft(next);
    },
    [conversation],
  );
  const { reload } = loading;
  const follow = useCallback(
    async ({ draft, sent }: SentMessage): Promise<void> => {
      const problem = await sent;
      if (problem?.slug !== 'turn-conflict' && problem?.status !== 400) return;
      // It is not stored. A reply is being written, for another tab say: show it, and keep the text for later.
      write(withReturned(conversation.draft, draft));
      setRefusal(problem);
      await reload();
    },
    [conversation, reload, write],
  );
  useEffect(() => {
    const first = conversation.takeFirst();
    if (first) void follow(first);
  }, [conversation, follow]);

  const send = (): void => {
    write(EMPTY_DRAFT);
    setRefusal(undefined);
    void follow({ draft, sent: conversation.send(draft) });
  };
  const isBusy = status === 'submitted' || status === 'streaming';
  const stop = (): void => void loading.attempt(() => conversation.stop());
  return (
    <main className="pane">
      <PaneHeader conversation={opened} actions={actions} onOpenList={onOpenList} />
      <Messages
        conversation={conversation}
        messages={messages}
        status={status}
        loading={loading}
        onSent={() => setRefusal(undefined)}
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
          <Composer draft={draft} onDraft={write} onSend={send} onStop={stop} isBusy={isBusy} />
        )}
      </div>
    </main>
  );
}
