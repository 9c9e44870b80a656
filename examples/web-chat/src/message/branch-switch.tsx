import type { StoredPlace } from '@conversation-store/client/ai';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';

interface BranchSwitchProps {
  readonly place: StoredPlace;
  readonly isBusy: boolean;
  readonly onShow: (seq: number) => void;
}

/** Leads from a message to the ones in its place on other branches: `2/3`. */
export function BranchSwitch({ place, isBusy, onShow }: BranchSwitchProps): ReactElement | null {
  const { seq, siblings } = place;
  if (siblings.length < 2) return null;
  const index = siblings.indexOf(seq);
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  return (
    <span className="branch-switch" role="group" aria-label="Versions">
      <button
        className="icon-button"
        aria-label="Version before"
        disabled={isBusy || before === undefined}
        onClick={() => before !== undefined && onShow(before)}
      >
        <ChevronLeft aria-hidden="true" />
      </button>
      <span>
        <span className="visually-hidden">Version </span>
        {index + 1}/{siblings.length}
      </span>
      <button
        className="icon-button"
        aria-label="Version after"
        disabled={isBusy || after === undefined}
        onClick={() => after !== undefined && onShow(after)}
      >
        <ChevronRight aria-hidden="true" />
      </button>
    </span>
  );
}
