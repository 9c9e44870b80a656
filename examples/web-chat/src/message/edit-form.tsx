import { useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';

interface EditFormProps {
  readonly text: string;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}

/** A message of the user's, to be sent in other words. What was said before stays, on a branch of its own. */
export function EditForm({ text, onSave, onCancel }: EditFormProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onCancel();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  const submit = (form: FormData): void => {
    const edited = (form.get('edited') as string).trim();
    if (edited !== '') onSave(edited);
  };
  return (
    <form className="edit" action={submit}>
      <textarea
        ref={field}
        name="edited"
        aria-label="Edit your message"
        defaultValue={text}
        onKeyDown={onKeyDown}
      />
      <p className="buttons">
        <button type="button" className="button quiet" onClick={onCancel}>
          Cancel
        </button>
        <button className="button primary">Send again</button>
      </p>
    </form>
  );
}
