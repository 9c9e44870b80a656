import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent, type ReactElement, type SubmitEvent } from 'react';
import { FileChips } from './file-chips';
import { LinkFile } from './link-file';
import { isEmpty, type Draft } from './draft';

interface ComposerProps {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly onSend: () => void;
  /** Stops the reply that is being written; undefined while there is none. */
  readonly onStop?: (() => void) | undefined;
  readonly isBusy: boolean;
}

/** Where the keyboard of a phone would cover the messages, the field does not take the focus by itself. */
const hasKeyboard = (): boolean => matchMedia('(hover: hover)').matches;

export function Composer({ draft, onDraft, onSend, onStop, isBusy }: ComposerProps): ReactElement {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (hasKeyboard()) field.current?.focus({ preventScroll: true });
  }, []);

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (isBusy) onStop?.();
    else if (!isEmpty(draft)) onSend();
  };
  const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!isBusy && !isEmpty(draft)) onSend();
  };
  const setFiles = (files: Draft['files']): void => onDraft({ ...draft, files });
  return (
    <form className="composer" onSubmit={submit}>
      <FileChips files={draft.files} onFiles={setFiles} />
      <div className="field">
        <LinkFile onFile={(file) => setFiles([...draft.files, file])} />
        <label className="visually-hidden" htmlFor="message">
          Your message
        </label>
        <textarea
          id="message"
          ref={field}
          rows={1}
          value={draft.text}
          placeholder="Write a message"
          onChange={(event) => onDraft({ ...draft, text: event.target.value })}
          onKeyDown={sendOnEnter}
        />
        {/* One button, so that it keeps the focus when its meaning changes. */}
        <button
          className={isBusy ? 'send stop' : 'send'}
          aria-label={isBusy ? 'Stop' : 'Send'}
          disabled={isBusy ? !onStop : isEmpty(draft)}
        >
          {isBusy ? <Square aria-hidden="true" /> : <ArrowUp aria-hidden="true" />}
        </button>
      </div>
    </form>
  );
}
