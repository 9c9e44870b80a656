import type { ReactElement } from 'react';

interface NoticeProps {
  readonly message: string;
  readonly action: string;
  readonly onAction: () => Promise<void>;
}

/** What went wrong, and what can be done about it. */
export function Notice({ message, action, onAction }: NoticeProps): ReactElement {
  return (
    <div className="notice" role="alert">
      <p>{message}</p>
      <button onClick={() => void onAction()}>{action}</button>
    </div>
  );
}
