import type { FileUIPart } from 'ai';
import { Paperclip } from 'lucide-react';
import { useRef, useState, type ReactElement, type SubmitEvent } from 'react';
import { createPortal } from 'react-dom';
import { mediaTypeOf } from '../message/file-name';
import { isHttpUrl } from '../message/safe-url';

interface LinkFileProps {
  readonly onFile: (file: FileUIPart) => void;
}

/**
 * Links a file by its address. A page of yours uploads it to your object store first, and links the address that it gets:
 * docs/attachments.md.
 */
export function LinkFile({ onFile }: LinkFileProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const open = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  const close = (): void => dialog.current?.close();
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // To React, this form lies in that of the message.
    event.stopPropagation();
    const url = (new FormData(event.currentTarget).get('url') as string).trim();
    if (isHttpUrl(url)) onFile({ type: 'file', url, mediaType: mediaTypeOf(url) });
    close();
  };
  return (
    <>
      <button type="button" className="icon-button" aria-label="Link a file" onClick={open}>
        <Paperclip aria-hidden="true" />
      </button>
      {createPortal(
        // A form cannot lie in the form of the message.
        <dialog ref={dialog} aria-labelledby="link-title" onClose={() => setOpen(false)}>
          {isOpen && (
            <form onSubmit={submit}>
              <h2 id="link-title">Link a file</h2>
              <label htmlFor="url">Its address</label>
              <input
                id="url"
                name="url"
                type="url"
                pattern="https?://.*"
                required
                autoComplete="off"
                placeholder="https://files.example.com/report.pdf"
              />
              <p className="buttons">
                <button type="button" className="button quiet" onClick={close}>
                  Cancel
                </button>
                <button className="button primary">Link</button>
              </p>
            </form>
          )}
        </dialog>,
        document.body,
      )}
    </>
  );
}
