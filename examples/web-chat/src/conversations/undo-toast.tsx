import type { ProblemError } from '@conversation-store/client';
import { Undo2 } from 'lucide-react';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Pending } from './use-conversation-actions';

interface UndoToastProps {
  readonly pending: Pending | undefined;
  readonly problem: ProblemError | undefined;
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
          <p className="toast problem">{problem.message}</p>
        </div>
      )}
    </>
  );
}

function Offer({ pending }: { readonly pending: Pending }): ReactElement {
  const { message, undo, settle } = pending;
  const button = useRef<HTMLButtonElement>(null);
  const [isHeld, setHeld] = useState(false);
  // The button or the menu that had the focus is gone.
  useEffect(() => button.current?.focus({ preventScroll: true }), [pending]);
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
