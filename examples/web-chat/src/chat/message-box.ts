import type { ProblemError } from '@conversation-store/client';
import { useSyncExternalStore } from 'react';
import { EMPTY_DRAFT, withReturned, type Draft } from './draft';

interface BoxContent {
  readonly draft: Draft;
  /** What the service had against a message that is back in the box. */
  readonly refusal?: ProblemError;
}

/** The box for a message. It outlives the pane that shows it: a message may come back to it while another one is open. */
export class MessageBox {
  private content: BoxContent = { draft: EMPTY_DRAFT };
  private readonly listeners = new Set<() => void>();

  /** What the user has changed is no longer the message that was refused. */
  write(draft: Draft): void {
    this.set({ draft });
  }

  takeBack(returned: Draft, refusal: ProblemError): void {
    this.set({ draft: withReturned(this.content.draft, returned), refusal });
  }

  forgetRefusal(): void {
    this.set({ draft: this.content.draft });
  }

  readonly read = (): BoxContent => this.content;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private set(content: BoxContent): void {
    this.content = content;
    for (const listener of this.listeners) listener();
  }
}

export function useMessageBox(box: MessageBox): BoxContent {
  return useSyncExternalStore(box.subscribe, box.read);
}
