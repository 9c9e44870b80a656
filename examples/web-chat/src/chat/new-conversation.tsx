import type { ProblemError } from '@conversation-store/client';
import { generateId } from 'ai';
import { MessagesSquare } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { expectProblem } from '../conversations/use-conversations';
import { Composer } from './composer';
import { EMPTY_DRAFT, type Draft } from './draft';
import { useMessageBox } from './message-box';
import type { OpenConversations } from './open-conversations';
import { PaneHeader } from './pane-header';
import { ProblemNotice } from './problem-notice';

interface NewConversationProps {
  readonly opened: OpenConversations;
  /** With the same key, begins one conversation, however often it is called. */
  readonly onBegin: (draft: Draft, idempotencyKey: string) => Promise<void>;
  readonly onOpenList: (() => void) | undefined;
  readonly onSignOut: () => void;
}

/** A conversation that could not be begun. */
interface Failed {
  readonly problem: ProblemError;
  readonly again: () => void;
}

/** What the model of the example understands. */
const EXAMPLES = [
  'Show me how to read a stream in TypeScript',
  'What is the weather in Zürich?',
  'Book a table for two at eight',
  'Count to 50',
];

/** A conversation that is created with its first message. */
export function NewConversation(props: NewConversationProps): ReactElement {
  const { opened, onBegin, onOpenList, onSignOut } = props;
  const box = opened.newBox;
  const { draft, refusal } = useMessageBox(box);
  const [key, setKey] = useState(generateId);
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Failed>();

  const write = (next: Draft): void => {
    box.write(next);
    // Another text is another request, and the one that failed is not tried again.
    setFailed(undefined);
    setKey(generateId());
  };
  const begin = async (first: Draft, key: string): Promise<void> => {
    setBusy(true);
    setFailed(undefined);
    box.forgetRefusal();
    try {
      await onBegin(first, key);
      // An example leaves what is written for later.
      if (box.read().draft === first) write(EMPTY_DRAFT);
    } catch (error) {
      setFailed({ problem: expectProblem(error), again: () => void begin(first, key) });
    }
    setBusy(false);
  };
  const send = (): void => void begin(draft, key);
  const problem = failed?.problem ?? refusal;
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
                onClick={() => void begin({ ...EMPTY_DRAFT, text }, generateId())}
              >
                {text}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className="pane-end">
        {problem && (
          <ProblemNotice
            problem={problem}
            isBack={!failed}
            {...(failed && { action: 'Try again', onAction: failed.again })}
            onSignOut={onSignOut}
          />
        )}
        <Composer draft={draft} onDraft={write} onSend={send} isBusy={isBusy} />
      </div>
    </main>
  );
}
