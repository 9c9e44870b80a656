import type { ReactElement } from 'react';
import { Notice } from './notice';
import type { OpenConversation } from './open-conversation';
import { ProblemError } from './problem';
import type { Loading } from './use-loading';

interface ConversationNoticeProps {
  readonly conversation: OpenConversation;
  /** What the service had against a message that is back in the box. */
  readonly refusal: ProblemError | undefined;
  readonly loading: Loading;
  /** `useChat`'s own. */
  readonly error: Error | undefined;
}

/** What went wrong last, and the way on. */
export function ConversationNotice(props: ConversationNoticeProps): ReactElement | null {
  const { conversation, refusal, loading, error } = props;
  const retry = (): Promise<void> => loading.attempt(() => conversation.retry());

  if (loading.problem) {
    return (
      <Notice message={loading.problem.message} action="Try again" onAction={loading.reload} />
    );
  }
  if (error instanceof ProblemError) {
    return <Notice message={error.message} action="Try again" onAction={retry} />;
  }
  if (error instanceof TypeError) {
    return <Notice message="The connection was lost." action="Reconnect" onAction={retry} />;
  }
  if (error) {
    const again = (): Promise<void> => conversation.askAgain();
    const message = 'The assistant could not answer. Your message is stored.';
    return <Notice message={message} action="Ask again" onAction={again} />;
  }
  return refusal ? (
    <div className="notice" role="alert">
      <p>{refusal.message} Your message is back in the box.</p>
    </div>
  ) : null;
}
