import type { ReactElement } from 'react';
import { Notice } from '../page/notice';
import { PaneHeader } from './pane-header';

interface BrokenPaneProps {
  readonly onOpenList: (() => void) | undefined;
}

/** In place of a conversation that cannot be shown: the list and the other conversations are still there. */
export function BrokenPane({ onOpenList }: BrokenPaneProps): ReactElement {
  return (
    <main className="pane">
      <PaneHeader onOpenList={onOpenList} />
      <div className="pane-end">
        <Notice
          message="This conversation cannot be shown."
          action="Reload"
          onAction={() => location.reload()}
        />
      </div>
    </main>
  );
}
