import { useCallback, useEffect, useState } from 'react';
import type { OpenConversation } from './open-conversation';
import { ProblemError } from './problem';

export interface Loading {
  readonly problem: ProblemError | undefined;
  readonly reload: () => Promise<void>;
  /** Keeps the problem that it meets. */
  readonly attempt: (action: () => Promise<void>) => Promise<void>;
}

/** Keeps a conversation on the page in step with the store, whatever other tabs do. */
export function useLoading(conversation: OpenConversation): Loading {
  const [problem, setProblem] = useState<ProblemError>();
  const attempt = useCallback(async (action: () => Promise<void>) => {
    try {
      setProblem(undefined);
      await action();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    }
  }, []);
  const reload = useCallback(() => attempt(() => conversation.refresh()), [attempt, conversation]);

  useEffect(() => {
    const look = (): void => {
      if (document.visibilityState === 'visible' && conversation.isIdle) void reload();
    };
    look();
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
      // Closes the connection. The reply goes on, and is met again when the conversation is.
      void conversation.chat.stop();
    };
  }, [conversation, reload]);
  return { problem, reload, attempt };
}
