import type { Conversation } from '@conversation-store/client';
import { useEffect, useRef, useState, type ReactElement, type SubmitEvent } from 'react';
import { Notice } from '../page/notice';
import type { ConversationActions } from './use-conversation-actions';

interface RenameDialogProps {
  readonly conversation: Conversation;
  readonly actions: ConversationActions;
}

/** The most that the service takes. */
const MAX_TITLE = 200;

export function RenameDialog({ conversation, actions }: RenameDialogProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isSaving, setSaving] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector('input')?.select();
  }, []);

  const cancel = (): void => actions.startRenaming(undefined);
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const title = (new FormData(form).get('title') as string).trim();
    if (title !== '') {
      setSaving(true);
      const isDone = await actions.rename(conversation, title).finally(() => setSaving(false));
      if (!isDone) return;
    }
    // Gives the focus back. To be taken away would not.
    dialog.current?.close();
  };
  // No action of the form's: after one, React would take back what was typed.
  const onSubmit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!isSaving) void submit(event.currentTarget);
  };
  return (
    <dialog ref={dialog} className="rename" aria-labelledby="rename-title" onClose={cancel}>
      <form onSubmit={onSubmit} aria-busy={isSaving}>
        <h2 id="rename-title">Rename the conversation</h2>
        <label htmlFor="title">Title</label>
        <input
          id="title"
          name="title"
          autoComplete="off"
          maxLength={MAX_TITLE}
          defaultValue={conversation.title}
        />
        {actions.renameProblem && <Notice message={actions.renameProblem.message} />}
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
