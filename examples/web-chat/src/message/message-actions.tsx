import { Pencil, RefreshCw } from 'lucide-react';
import type { ReactElement } from 'react';
import { BranchSwitch } from './branch-switch';
import { CopyButton } from './copy-button';
import type { MessageProps } from './message-props';

interface MessageActionsProps extends MessageProps {
  readonly text: string;
  readonly onEdit: () => void;
}

/** What can be done with a message. */
export function MessageActions(props: MessageActionsProps): ReactElement {
  const { message, place, conversation, loading, isBusy, text, onEdit, onSent } = props;
  const show = (seq: number): void => void loading.attempt(() => conversation.showSibling(seq));
  const again = (): void => {
    onSent();
    void conversation.answerAgain(message.id);
  };
  return (
    <div className="message-actions">
      {place && <BranchSwitch place={place} isBusy={isBusy} onShow={show} />}
      {text !== '' && <CopyButton text={text} label="Copy the message" />}
      {message.role === 'user' && (
        <button
          className="icon-button"
          aria-label="Edit"
          title="Edit"
          disabled={isBusy}
          onClick={onEdit}
        >
          <Pencil aria-hidden="true" />
        </button>
      )}
      {message.role === 'assistant' && (
        <button
          className="icon-button"
          aria-label="Answer again"
          title="Answer again"
          disabled={isBusy}
          onClick={again}
        >
          <RefreshCw aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
