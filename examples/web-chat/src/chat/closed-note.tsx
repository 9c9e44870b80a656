import type { Conversation } from '@conversation-store/client';
import { ArchiveRestore } from 'lucide-react';
import type { ReactElement } from 'react';
import type { ConversationActions } from '../conversations/use-conversation-actions';

interface ClosedNoteProps {
  readonly conversation: Conversation;
  readonly actions: ConversationActions;
}

/** In place of the box for a message: only an active conversation takes one. */
export function ClosedNote({ conversation, actions }: ClosedNoteProps): ReactElement {
  const state = conversation.status === 'archived' ? 'in the archive' : 'completed';
  return (
    <div className="closed-note">
      <p>This conversation is {state}.</p>
      <button className="button" onClick={() => actions.setStatus(conversation, 'active')}>
        <ArchiveRestore aria-hidden="true" />
        Make active again
      </button>
    </div>
  );
}
