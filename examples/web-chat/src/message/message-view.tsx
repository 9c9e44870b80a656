import type { StoredUIMessage } from '@conversation-store/client/ai';
import { useState, type ReactElement } from 'react';
import { EditForm } from './edit-form';
import { ErrorBoundary } from './error-boundary';
import { MessageActions } from './message-actions';
import type { MessageProps } from './message-props';
import { PartView } from './part-view';

const SPEAKERS: Record<StoredUIMessage['role'], string> = {
  user: 'You said',
  assistant: 'The assistant said',
  system: 'The instructions are',
};

const ODD_PART = <p className="odd-part">This part cannot be shown.</p>;

export function MessageView(props: MessageProps): ReactElement {
  const { message, conversation, isStreaming, onSent } = props;
  const { role, parts, metadata } = message;
  const [isEditing, setEditing] = useState(false);

  const edit = (text: string): void => {
    setEditing(false);
    onSent();
    const files = parts.filter((part) => part.type === 'file');
    void conversation.edit(message.id, { text, files });
  };
  const answer = (approvalId: string, approved: boolean): void =>
    void conversation.approve(approvalId, approved);
  return (
    <li className={`message ${role}`} data-role={role}>
      <span className="visually-hidden">{SPEAKERS[role]}:</span>
      {isEditing ? (
        <EditForm text={textOf(message)} onSave={edit} onCancel={() => setEditing(false)} />
      ) : (
        <div className="parts">
          {parts.map((part, index) => (
            <ErrorBoundary key={index} of={part} fallback={ODD_PART}>
              <PartView
                part={part}
                role={role}
                isLast={conversation.chat.lastMessage?.id === message.id}
                isStreaming={isStreaming}
                onAnswer={answer}
              />
            </ErrorBoundary>
          ))}
        </div>
      )}
      {metadata?.cancelled && <small className="mark">Stopped</small>}
      {!isEditing && !isStreaming && (
        <MessageActions {...props} text={textOf(message)} onEdit={() => setEditing(true)} />
      )}
    </li>
  );
}

function textOf({ parts }: StoredUIMessage): string {
  const texts = parts.map((part) => (part.type === 'text' ? part.text : ''));
  return texts.filter((text) => text !== '').join('\n\n');
}
