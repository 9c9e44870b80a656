import { useChat } from '@ai-sdk/react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { ChatMessage } from './chat-message';
import { Composer } from './composer';
import { ConversationNotice } from './conversation-notice';
import { MessageView } from './message-view';
import type { OpenConversation } from './open-conversation';
import type { ProblemError } from './problem';
import { useLoading } from './use-loading';

interface ConversationPaneProps {
  readonly conversation: OpenConversation;
  readonly title: string | undefined;
}

export function ConversationPane({ conversation, title }: ConversationPaneProps): ReactElement {
  const { messages, status, error } = useChat({ chat: conversation.chat });
  const loading = useLoading(conversation);
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<ProblemError>();
  const isStreaming = status === 'streaming';
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'end' });
  }, [messages]);

  const send = async (): Promise<void> => {
    setText('');
    setRefusal(undefined);
    const problem = await conversation.send(text);
    if (problem?.status !== 409) return;
    // A reply is being written, for another tab say: show it, and keep the text for later.
    setText(text);
    setRefusal(problem);
    await loading.reload();
  };
  const stop = (): void => void loading.attempt(() => conversation.stop());
  return (
    <main className="conversation">
      <h2>{title ?? 'Conversation'}</h2>
      <ol className="messages" role="log" aria-label="Messages" aria-busy={isStreaming}>
        {messages.filter(hasBegun).map((message, index) => (
          <MessageView
            key={message.id}
            message={message}
            isStreaming={isStreaming && index === messages.length - 1}
          />
        ))}
      </ol>
      <p className="status" role="status">
        {status === 'submitted' && 'Sent. Waiting for the reply …'}
      </p>
      <ConversationNotice
        conversation={conversation}
        refusal={refusal}
        loading={loading}
        error={error}
      />
      <div ref={end} />
      <Composer
        text={text}
        onText={setText}
        onSend={() => void send()}
        onStop={conversation.canStop ? stop : undefined}
        isBusy={conversation.isBusy}
      />
    </main>
  );
}

/** A reply that was stopped before its first word is not stored either. */
function hasBegun({ parts }: ChatMessage): boolean {
  return parts.length > 0;
}
