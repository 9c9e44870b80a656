import { CircleAlert } from 'lucide-react';
import type { ReactElement } from 'react';

interface NoticeProps {
  readonly message: string;
  readonly action?: string;
  readonly onAction?: () => unknown;
}

/** What went wrong, and what can be done about it. */
export function Notice({ message, action, onAction }: NoticeProps): ReactElement {
  return (
    <div className="notice" role="alert">
      <CircleAlert aria-hidden="true" />
      <p>{message}</p>
      {onAction && (
        <button className="button" onClick={() => void onAction()}>
          {action}
        </button>
      )}
    </div>
  );
}
