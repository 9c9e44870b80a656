import { Check, Copy } from 'lucide-react';
import { useEffect, useState, type ReactElement } from 'react';

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
}

/** Milliseconds that the button says that it has copied. */
const SAID_MS = 2_000;

export function CopyButton({ text, label }: CopyButtonProps): ReactElement {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // The browser does not allow it: the button does not say that it has.
    }
  };
  return (
    <button
      className="icon-button"
      aria-label={isCopied ? 'Copied' : label}
      title={label}
      onClick={() => void copy()}
    >
      {isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
    </button>
  );
}
