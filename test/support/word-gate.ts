/** Lets the words of the example's model through as a test says: it sees a reply grow, or stand still. */
export class WordGate {
  private budget = 0;
  private isFailing = false;
  private readonly waiting: (() => void)[] = [];

  /** The model server's pace. */
  readonly pass = async (): Promise<void> => {
    while (this.budget === 0 && !this.isFailing) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.isFailing) throw new Error('The model has broken down.');
    this.budget -= 1;
  };

  /** That many words more. */
  allow(words: number): void {
    this.budget += words;
    this.wake();
  }

  /** The rest of every reply, from now on. */
  open(): void {
    this.isFailing = false;
    this.allow(Infinity);
  }

  /** No further word. */
  shut(): void {
    this.budget = 0;
    this.isFailing = false;
  }

  /** The reply that is being written breaks off, and so does every one after it. */
  fail(): void {
    this.isFailing = true;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
