import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

interface SidebarProps {
  /** On a narrow window the sidebar is a dialog behind a button. */
  readonly isNarrow: boolean;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Holds the list: beside the conversation, or over it on a phone. */
export function Sidebar({ isNarrow, isOpen, onClose, children }: SidebarProps): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // The browser keeps the focus inside, closes it on Escape, and gives the focus back.
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen, isNarrow]);

  if (!isNarrow) return <div className="sidebar">{children}</div>;
  return (
    <dialog
      ref={dialog}
      className="sidebar drawer"
      aria-label="Conversations"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      {/* Nothing that cannot be seen is there. */}
      {isOpen && children}
    </dialog>
  );
}
