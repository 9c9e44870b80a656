import type { ReactElement } from 'react';
import type { ChatMessage } from './chat-message';

interface MessageViewProps {
  readonly message: ChatMessage;
  readonly isStreaming: boolean;
}

export function MessageView({ message, isStreaming }: MessageViewProps): ReactElement {
  const { role, parts, metadata } = message;
  return (
    <li className={`message ${role}`} data-role={role}>
      <span className="author">{role === 'user' ? 'You' : 'Assistant'}</span>
      <div className="text">
        {parts.map((part, index) => (part.type === 'text' ? <p key={index}>{part.text}</p> : null))}
        {isStreaming && <span className="cursor" aria-hidden="true" />}
      </div>
      {metadata?.cancelled && <small className="mark">Stopped</small>}
    </li>
  );
}
