import type { StoredUIMessage } from '@conversation-store/client/ai';
import { isToolUIPart } from 'ai';
import type { ReactElement } from 'react';
import { Markdown } from '../markdown/markdown';
import { Attachment } from './attachment';
import { Reasoning } from './reasoning';
import { SourceLink } from './source-link';
import { ToolCall } from './tool-call';

interface PartViewProps {
  readonly part: StoredUIMessage['parts'][number];
  readonly role: StoredUIMessage['role'];
  /** Its message is the last one. */
  readonly isLast: boolean;
  /** The message of the part is being written. */
  readonly isStreaming: boolean;
  readonly onAnswer: (approvalId: string, approved: boolean) => void;
}

/** A part of a message. Parts that an application has of its own (`data-…`) are its own to show. */
export function PartView({
  part,
  role,
  isLast,
  isStreaming,
  onAnswer,
}: PartViewProps): ReactElement | null {
  if (isToolUIPart(part)) return <ToolCall part={part} isLast={isLast} onAnswer={onAnswer} />;
  switch (part.type) {
    case 'text':
      // What a person has typed is shown as it was typed.
      if (role === 'user') return <p className="text">{part.text}</p>;
      return (
        <div className="text">
          <Markdown text={part.text} isStreaming={isStreaming} />
        </div>
      );
    case 'reasoning':
      return <Reasoning text={part.text} isStreaming={isStreaming && part.state === 'streaming'} />;
    case 'file':
      return <Attachment file={part} />;
    case 'source-url':
      return <SourceLink url={part.url} title={part.title} />;
    default:
      return null;
  }
}
