import { useEffect, useRef, type KeyboardEvent, type ReactElement, type SubmitEvent } from 'react';

interface ComposerProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  /** Stops the reply that is being written; undefined while there is none to stop. */
  readonly onStop?: (() => void) | undefined;
  readonly isBusy: boolean;
}

export function Composer({ text, onText, onSend, onStop, isBusy }: ComposerProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  // At the start, and when a reply has ended: the button that had the focus is gone.
  useEffect(() => {
    if (!isBusy) field.current?.focus();
  }, [isBusy]);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!isBusy && text.trim() !== '') onSend();
  };
  const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.currentTarget.form?.requestSubmit();
  };
  return (
    <form className="composer" onSubmit={submit}>
      <label htmlFor="message">Your message</label>
      <textarea
        id="message"
        ref={field}
        rows={2}
        value={text}
        placeholder="Write a message"
        onChange={(event) => onText(event.target.value)}
        onKeyDown={sendOnEnter}
      />
      {isBusy ? (
        <button type="button" className="stop" disabled={!onStop} onClick={onStop}>
          Stop
        </button>
      ) : (
        <button className="primary" disabled={text.trim() === ''}>
          Send
        </button>
      )}
    </form>
  );
}
