import type { Conversation } from '@conversation-store/client';
import { useEffect, useRef, type ReactElement } from 'react';
import type { ConversationActions } from './use-conversation-actions';

interface RenameDialogProps {
  readonly conversation: Conversation;
  readonly actions: ConversationActions;
}

/** The most that the service takes. */
const MAX_TITLE = 200;

export function RenameDialog({ conversation, actions }: RenameDialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('input')?.select();
  }, []);

  const cancel = (): void => actions.startRenaming(undefined);
  const submit = (form: FormData): void => {
    const title = (form.get('title') as string).trim();
    // Gives the focus back. To be taken away would not.
    dialog.current?.close();
    if (title !== '') actions.rename(conversation, title);
  };
  return (
    <dialog ref={dialog} className="rename" aria-labelledby="rename-title" onClose={cancel}>
      <form action={submit}>
        <h2 id="rename-title">Rename the conversation</h2>
        <label htmlFor="title">Title</label>
        <input
          id="title"
          name="title"
          autoComplete="off"
          maxLength={MAX_TITLE}
          defaultValue={conversation.title}
        />
        <p className="buttons">
          <button type="button" className="button quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button className="button primary">Rename</button>
        </p>
      </form>
    </dialog>
  );
}
