import type { ConversationStatus } from '@conversation-store/client';
import type { ReactElement } from 'react';

interface StatusFilterProps {
  readonly status: ConversationStatus;
  readonly onStatus: (status: ConversationStatus) => void;
}

const LABELS: Record<ConversationStatus, string> = {
  active: 'Active',
  completed: 'Completed',
  archived: 'Archived',
};

/** Which conversations the list shows: radio buttons, so that the arrow keys switch. */
export function StatusFilter({ status, onStatus }: StatusFilterProps): ReactElement {
  return (
    <fieldset className="status-filter">
      <legend className="visually-hidden">Show conversations that are</legend>
      {(Object.keys(LABELS) as ConversationStatus[]).map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="status"
            checked={status === each}
            onChange={() => onStatus(each)}
          />
          <span>{LABELS[each]}</span>
        </label>
      ))}
    </fieldset>
  );
}
