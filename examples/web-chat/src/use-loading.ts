import { useCallback, useEffect, useState } from 'react';
import type { OpenConversation } from './open-conversation';
import { ProblemError } from './problem';

export interface Loading {
  readonly problem: ProblemError | undefined;
  readonly reload: () => Promise<void>;
  /** Runs an action and shows the problem that it meets. */
  readonly attempt: (action: () => Promise<void>) => Promise<void>;
}

/** Refreshes a conversation on the page when the user comes back to it, since other tabs may have changed it. */
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
    const check = (): void => {
      if (document.visibilityState === 'visible' && conversation.isIdle) void reload();
    };
    check();
    document.addEventListener('visibilitychange', check);
    addEventListener('focus', check);
    return () => {
      document.removeEventListener('visibilitychange', check);
      removeEventListener('focus', check);
      // Closes the connection. The turn goes on, and the page resumes it when the user opens the conversation again.
      void conversation.chat.stop();
    };
  }, [conversation, reload]);
  return { problem, reload, attempt };
}
