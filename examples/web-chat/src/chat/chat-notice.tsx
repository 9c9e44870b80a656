import { problemOf, type ProblemError } from '@conversation-store/client';
import type { ReactElement } from 'react';
import { Notice } from '../page/notice';
import type { OpenConversation } from './open-conversation';
import { sentenceFor } from './sentence-for';
import type { Loading } from './use-loading';

interface ChatNoticeProps {
  readonly conversation: OpenConversation;
  /** What the service had against a message that is back in the box. */
  readonly refusal: ProblemError | undefined;
  readonly loading: Loading;
  /** `useChat`'s own. */
  readonly error: Error | undefined;
}

/** What went wrong last, and the way on. */
export function ChatNotice(props: ChatNoticeProps): ReactElement | null {
  const { conversation, refusal, loading, error } = props;
  if (refusal)
    return <Notice message={`${sentenceFor(refusal)} Your message is back in the box.`} />;
  if (loading.problem) {
    const message = sentenceFor(loading.problem);
    return <Notice message={message} action="Try again" onAction={loading.reload} />;
  }
  if (!error) return null;
  const problem = problemOf(error);
  const retry = (): Promise<void> => loading.attempt(() => conversation.retry());
  const action = problem?.slug === 'turn-failed' ? 'Ask again' : 'Try again';
  const message = problem ? sentenceFor(problem) : 'Something went wrong on this page.';
  return <Notice message={message} action={action} onAction={retry} />;
}
