import { Undo2, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Failure, Pending } from './use-conversation-actions';

interface UndoToastProps {
  readonly pending: Pending | undefined;
  readonly problem: Failure | undefined;
}

/** Milliseconds to take something back. */
const UNDO_MS = 8_000;

/** What was done last, for as long as it can be taken back; or why it could not be done. */
export function UndoToast({ pending, problem }: UndoToastProps): ReactElement {
  return (
    <>
      <div className="toasts" role="status">
        {pending && <Offer pending={pending} />}
      </div>
      {problem && (
        <div className="toasts" role="alert">
          <p className="toast problem">
            {problem.message}
            <button className="icon-button" aria-label="Close" onClick={problem.close}>
              <X aria-hidden="true" />
            </button>
          </p>
        </div>
      )}
    </>
  );
}

function Offer({ pending }: { readonly pending: Pending }): ReactElement {
  const { message, isPrompt, undo, settle } = pending;
  const button = useRef<HTMLButtonElement>(null);
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    // The button or the menu that had the focus is gone. An offer that comes later takes it from nobody who types.
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (isPrompt || isFree) button.current?.focus({ preventScroll: true });
  }, [pending, isPrompt]);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(settle, UNDO_MS);
    return () => clearTimeout(timer);
  }, [isHeld, settle]);
  return (
    <p
      className="toast"
      // Who reads with the keyboard or points at it has all the time.
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onKeyDown={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {message}
      <button ref={button} className="button" onClick={undo}>
        <Undo2 aria-hidden="true" />
        Undo
      </button>
    </p>
  );
}
