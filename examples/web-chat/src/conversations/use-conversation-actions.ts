import type {
  Conversation,
  ConversationClient,
  ConversationPatch,
  ConversationStatus,
  ProblemError,
} from '@conversation-store/client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { expectProblem, type Conversations } from './use-conversations';

/** What was done and can be taken back. */
export interface Pending {
  readonly message: string;
  /** The user has done it this moment, and does nothing else by now. */
  readonly isPrompt: boolean;
  readonly undo: () => void;
  /** The time to take it back is over. */
  readonly settle: () => void;
}

/** Why the last action was not done. */
export interface Failure {
  readonly message: string;
  readonly close: () => void;
}

export interface ConversationActions {
  readonly renaming: Conversation | undefined;
  readonly startRenaming: (conversation: Conversation | undefined) => void;
  /** Resolves to whether it is done. */
  readonly rename: (conversation: Conversation, title: string) => Promise<boolean>;
  /** Why it is not done. */
  readonly renameProblem: ProblemError | undefined;
  readonly setStatus: (conversation: Conversation, status: ConversationStatus) => void;
  readonly remove: (conversation: Conversation) => void;
  readonly pending: Pending | undefined;
  readonly problem: Failure | undefined;
}

const DONE: Record<ConversationStatus, string> = {
  active: 'The conversation is active again.',
  completed: 'Marked as completed.',
  archived: 'The conversation is in the archive.',
};

/** Renaming, archiving and deleting. */
export function useConversationActions(
  client: ConversationClient,
  { replace, setHidden }: Conversations,
  openId: string | undefined,
  go: (id: string | undefined) => void,
): ConversationActions {
  const [renaming, setRenaming] = useState<Conversation>();
  const [pending, setPending] = useState<Pending>();
  const [problem, setProblem] = useState<ProblemError>();
  const latest = useRef<Pending>(undefined);
  const count = useRef(0);

  const offerUndo = useCallback((next: Pending | undefined) => {
    count.current += 1;
    // One at a time: whoever does the next thing is content with the one before.
    latest.current?.settle();
    latest.current = next;
    setPending(next);
  }, []);
  useEffect(() => {
    const settle = (): void => latest.current?.settle();
    addEventListener('pagehide', settle);
    return () => {
      removeEventListener('pagehide', settle);
      // With another token it could not be done any more.
      settle();
    };
  }, []);

  const attempt = async (action: () => Promise<void>): Promise<boolean> => {
    try {
      setProblem(undefined);
      await action();
      return true;
    } catch (error) {
      setProblem(expectProblem(error));
      return false;
    }
  };
  const update = (id: string, patch: ConversationPatch): Promise<boolean> =>
    attempt(async () => replace(await client.updateConversation(id, patch)));

  const closeProblem = (): void => setProblem(undefined);
  const close = (): void => {
    latest.current = undefined;
    setPending(undefined);
  };
  const setStatus = async (
    { id, status: former }: Conversation,
    status: ConversationStatus,
  ): Promise<void> => {
    offerUndo(undefined);
    const own = count.current;
    if (!(await update(id, { status }))) return;
    // What was done since keeps its time: to offer this one would settle it.
    if (own !== count.current) return;
    const undo = (): void => {
      close();
      void update(id, { status: former });
    };
    offerUndo({ message: DONE[status], isPrompt: false, undo, settle: close });
  };
  const remove = ({ id }: Conversation): void => {
    setHidden(id, true);
    const wasOpen = openId === id;
    if (wasOpen) go(undefined);
    const undo = (): void => {
      close();
      setHidden(id, false);
      if (wasOpen) go(id);
    };
    const settle = async (): Promise<void> => {
      close();
      if (!(await attempt(() => client.deleteConversation(id)))) setHidden(id, false);
    };
    offerUndo({
      message: 'The conversation is deleted.',
      isPrompt: true,
      undo,
      settle: () => void settle(),
    });
  };
  return {
    renaming,
    startRenaming: (conversation) => {
      closeProblem();
      setRenaming(conversation);
    },
    rename: ({ id }, title) => update(id, { title }),
    // The dialog says it: nothing beside a dialog can be reached.
    renameProblem: renaming && problem,
    setStatus: (conversation, status) => void setStatus(conversation, status),
    remove,
    pending,
    problem: problem && !renaming ? { message: problem.message, close: closeProblem } : undefined,
  };
}
