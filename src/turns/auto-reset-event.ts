/**
 * An event for one waiter. `set` ends the current wait, or the next wait when there is no current one.
 * Several `set` calls before a wait count as one.
 */
export class AutoResetEvent {
  private isSet = false;
  private endWait: (() => void) | undefined;

  set(): void {
    this.isSet = true;
    this.endWait?.();
  }

  /** Waits for a `set`, for that many milliseconds at most. Only one caller may wait at a time. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.isSet) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.endWait = undefined;
    this.isSet = false;
  }
}
