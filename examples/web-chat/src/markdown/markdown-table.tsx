import type { ComponentProps, ReactElement } from 'react';

/** A table that is too wide is scrolled, with the keyboard too. */
export function MarkdownTable({ children }: ComponentProps<'table'>): ReactElement {
  return (
    <div className="table-scroller" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  );
}
