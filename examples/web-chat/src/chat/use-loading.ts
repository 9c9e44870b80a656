import type { ProblemError } from '@conversation-store/client';
import { useCallback, useEffect, useState } from 'react';
import { expectProblem } from '../conversations/use-conversations';
import type { OpenConversation } from './open-conversation';

export interface Loading {
  /** Nothing has come yet. */
  readonly isLoading: boolean;
  readonly problem: ProblemError | undefined;
  /** Tries what has met the problem again. */
  readonly again: () => Promise<void>;
  /** Runs an action and shows the problem that it meets. */
  readonly attempt: (action: () => Promise<void>) => Promise<void>;
}

interface Failed {
  readonly problem: ProblemError;
  readonly action: () => Promise<void>;
}

/** Refreshes a conversation on the page when the user comes back to it, since other tabs may have changed it. */
export function useLoading(conversation: OpenConversation): Loading {
  const [failed, setFailed] = useState<Failed>();
  // One that was just begun on this page has its first message.
  const [isLoading, setLoading] = useState(() => conversation.chat.messages.length === 0);
  const attempt = useCallback(async (action: () => Promise<void>) => {
    try {
      setFailed(undefined);
      await action();
    } catch (error) {
      setFailed({ problem: expectProblem(error), action });
    }
  }, []);

  useEffect(() => {
    const check = (): void => {
      if (document.visibilityState !== 'visible' || !conversation.isIdle) return;
      void attempt(() => conversation.catchUp()).then(() => setLoading(false));
    };
    conversation.stay();
    check();
    document.addEventListener('visibilitychange', check);
    addEventListener('focus', check);
    return () => {
      document.removeEventListener('visibilitychange', check);
      removeEventListener('focus', check);
      conversation.leave();
    };
  }, [attempt, conversation]);
  const again = async (): Promise<void> => {
    if (failed) await attempt(failed.action);
  };
  return { isLoading, problem: failed?.problem, again, attempt };
}
