import { type ProblemError } from '@conversation-store/client';
import { generateId } from 'ai';
import { MessagesSquare } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { expectProblem } from '../conversations/use-conversations';
import { Notice } from '../page/notice';
import { Composer } from './composer';
import { EMPTY_DRAFT, type Draft } from './draft';
import { PaneHeader } from './pane-header';
import { sentenceFor } from './sentence-for';

interface NewConversationProps {
  /** With the same key, begins one conversation, however often it is called. */
  readonly onBegin: (draft: Draft, idempotencyKey: string) => Promise<void>;
  readonly onOpenList: (() => void) | undefined;
}

/** What the model of the example understands. */
const EXAMPLES = [
  'Show me how to read a stream in TypeScript',
  'What is the weather in Zürich?',
  'Book a table for two at eight',
  'Count to 50',
];

/** A conversation that is created with its first message. */
export function NewConversation({ onBegin, onOpenList }: NewConversationProps): ReactElement {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [key, setKey] = useState(generateId);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError>();

  const write = (draft: Draft): [draft: Draft, key: string] => {
    // Another text is another request.
    const key = generateId();
    setDraft(draft);
    setKey(key);
    return [draft, key];
  };
  const begin = async (draft: Draft, key: string): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onBegin(draft, key);
    } catch (error) {
      setProblem(expectProblem(error));
      setBusy(false);
    }
  };
  const again = (): Promise<void> => begin(draft, key);
  return (
    <main className="pane">
      <PaneHeader title="New conversation" onOpenList={onOpenList} />
      <div className="welcome">
        <MessagesSquare className="mark-icon" aria-hidden="true" />
        <h2>What can I do for you?</h2>
        <p>Every message is stored. Reload the page while the reply is written, and it goes on.</p>
        <ul>
          {EXAMPLES.map((text) => (
            <li key={text}>
              <button
                className="button"
                disabled={isBusy}
                onClick={() => void begin(...write({ ...draft, text }))}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className="pane-end">
        {problem && <Notice message={sentenceFor(problem)} action="Try again" onAction={again} />}
        <Composer draft={draft} onDraft={write} onSend={() => void again()} isBusy={isBusy} />
      </div>
    </main>
  );
}
