import { problemOf, type ProblemError } from '@conversation-store/client';
import type { ReactElement } from 'react';
import { Notice } from '../page/notice';
import type { OpenConversation } from './open-conversation';
import { ProblemNotice } from './problem-notice';
import type { Loading } from './use-loading';

interface ChatNoticeProps {
  readonly conversation: OpenConversation;
  /** What the service had against a message that is back in the box. */
  readonly refusal: ProblemError | undefined;
  readonly loading: Loading;
  /** `useChat`'s own. */
  readonly error: Error | undefined;
  readonly onSignOut: () => void;
}

/** What went wrong last, and the way on. */
export function ChatNotice(props: ChatNoticeProps): ReactElement | null {
  const { conversation, refusal, loading, error, onSignOut } = props;
  if (refusal) return <ProblemNotice problem={refusal} isBack onSignOut={onSignOut} />;
  if (loading.problem) {
    const { problem, again } = loading;
    return (
      <ProblemNotice problem={problem} action="Try again" onAction={again} onSignOut={onSignOut} />
    );
  }
  if (!error) return null;
  const problem = problemOf(error);
  const retry = (): Promise<void> => loading.attempt(() => conversation.retry());
  if (!problem) {
    const message = 'Something went wrong on this page.';
    return <Notice message={message} action="Try again" onAction={retry} />;
  }
  const action = problem.slug === 'turn-failed' ? 'Ask again' : 'Try again';
  return <ProblemNotice problem={problem} action={action} onAction={retry} onSignOut={onSignOut} />;
}
