import type { ProblemError } from '@conversation-store/client';
import type { ReactElement } from 'react';
import { Notice } from '../page/notice';
import { sentenceFor } from './sentence-for';

interface ProblemNoticeProps {
  readonly problem: ProblemError;
  /** The message that the service has refused is back in the box. */
  readonly isBack?: boolean;
  readonly action?: string;
  readonly onAction?: () => unknown;
  readonly onSignOut: () => void;
}

/** What the service has against something, and the way on: the same once more, unless the token is refused. */
export function ProblemNotice(props: ProblemNoticeProps): ReactElement {
  const { problem, isBack = false, onSignOut, ...again } = props;
  const message = sentenceFor(problem) + (isBack ? ' Your message is back in the box.' : '');
  if (problem.status !== 401) return <Notice message={message} {...again} />;
  return <Notice message={message} action="Change token" onAction={onSignOut} />;
}
