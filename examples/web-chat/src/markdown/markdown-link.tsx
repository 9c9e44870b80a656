import type { ComponentProps, ReactElement } from 'react';

/** An address that is not allowed is empty by now: its text stays. */
export function MarkdownLink({ href = '', children, id }: ComponentProps<'a'>): ReactElement {
  if (href === '') return <>{children}</>;
  // A footnote and the way back from it.
  if (href.startsWith('#')) {
    return (
      <a href={href} id={id}>
        {children}
      </a>
    );
  }
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}
