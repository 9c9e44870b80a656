import { Link } from 'lucide-react';
import type { ReactElement } from 'react';
import { isHttpUrl } from './safe-url';

interface SourceLinkProps {
  readonly url: string;
  readonly title: string | undefined;
}

/** What an answer is based on. */
export function SourceLink({ url, title }: SourceLinkProps): ReactElement {
  const label = (
    <>
      <Link aria-hidden="true" />
      <span>{title ?? url}</span>
    </>
  );
  if (!isHttpUrl(url)) return <span className="attachment">{label}</span>;
  return (
    <a className="attachment" href={url} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
