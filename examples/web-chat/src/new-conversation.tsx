import { generateId } from 'ai';
import { useState, type ReactElement } from 'react';
import { Composer } from './composer';
import { Notice } from './notice';
import { ProblemError } from './problem';

interface NewConversationProps {
  /** With the same key, begins one conversation, however often it is called. */
  readonly onBegin: (text: string, idempotencyKey: string) => Promise<void>;
}

/** A conversation that is created with its first message. */
export function NewConversation({ onBegin }: NewConversationProps): ReactElement {
  const [text, setText] = useState('');
  const [key, setKey] = useState(generateId);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError>();

  const write = (text: string): void => {
    setText(text);
    // Another text is another request.
    setKey(generateId());
  };
  const begin = async (): Promise<void> => {
    setBusy(true);
    try {
      await onBegin(text, key);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <main className="conversation">
      <div className="welcome">
        <h2>A new conversation</h2>
        <p>
          Tell what your name is, and ask for it later. Or have it <q>count to 50</q>, reload the
          page in the middle, and stop it.
        </p>
      </div>
      {problem && <Notice message={problem.message} action="Try again" onAction={begin} />}
      <Composer text={text} onText={write} onSend={() => void begin()} isBusy={isBusy} />
    </main>
  );
}
