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
  readonly undo: () => void;
  /** The time to take it back is over. */
  readonly settle: () => void;
}

export interface ConversationActions {
  readonly renaming: Conversation | undefined;
  readonly startRenaming: (conversation: Conversation | undefined) => void;
  readonly rename: (conversation: Conversation, title: string) => void;
  readonly setStatus: (conversation: Conversation, status: ConversationStatus) => void;
  readonly remove: (conversation: Conversation) => void;
  readonly pending: Pending | undefined;
  /** Why the last action was not done. */
  readonly problem: ProblemError | undefined;
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
  const [renaming, startRenaming] = useState<Conversation>();
  const [pending, setPending] = useState<Pending>();
  const [problem, setProblem] = useState<ProblemError>();
  const latest = useRef<Pending>(undefined);

  const offerUndo = useCallback((next: Pending | undefined) => {
    // One at a time: whoever does the next thing is content with the one before.
    latest.current?.settle();
    latest.current = next;
    setPending(next);
  }, []);
  useEffect(() => {
    const settle = (): void => latest.current?.settle();
    addEventListener('pagehide', settle);
    return () => removeEventListener('pagehide', settle);
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

  const close = (): void => {
    latest.current = undefined;
    setPending(undefined);
  };
  const setStatus = async (
    { id, status: former }: Conversation,
    status: ConversationStatus,
  ): Promise<void> => {
    offerUndo(undefined);
    if (!(await update(id, { status }))) return;
    const undo = (): void => {
      close();
      void update(id, { status: former });
    };
    offerUndo({ message: DONE[status], undo, settle: close });
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
    offerUndo({ message: 'The conversation is deleted.', undo, settle: () => void settle() });
  };
  return {
    renaming,
    startRenaming,
    rename: ({ id }, title) => {
      startRenaming(undefined);
      void update(id, { title });
    },
    setStatus: (conversation, status) => void setStatus(conversation, status),
    remove,
    pending,
    problem,
  };
}
