import type { ComponentProps, ReactElement } from 'react';
import { isHttpUrl } from '../message/safe-url';

/** Of an address that is not of the web, the text stays: no `mailto:` with a body that a model has written. */
export function MarkdownLink({ href = '', children, id }: ComponentProps<'a'>): ReactElement {
  // A footnote and the way back from it.
  if (href.startsWith('#')) {
    return (
      <a href={href} id={id}>
        {children}
      </a>
    );
  }
  if (!isHttpUrl(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
