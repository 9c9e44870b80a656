import type { Socket } from 'node:net';

/** What happens to bytes in one direction. */
export interface LaneRule {
  delayMs: number;
  isStalled: boolean;
}

/** One direction of a connection: bytes in order, each chunk when the rule lets it through. */
export class TcpLane {
  private readonly held: { readonly chunk: Buffer | 'end'; readonly due: number }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly to: Socket,
    private readonly rule: LaneRule,
  ) {}

  push(chunk: Buffer): void {
    this.hold(chunk);
  }

  /** The sender has closed: the receiver hears of it behind all that was sent before. */
  end(): void {
    this.hold('end');
  }

  /** Loses what is held. */
  drop(): void {
    clearTimeout(this.timer);
    this.held.length = 0;
  }

  /** Lets through what is due. */
  pump(): void {
    clearTimeout(this.timer);
    while (!this.rule.isStalled) {
      const [first] = this.held;
      if (!first) return;
      const wait = first.due - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), wait);
        return;
      }
      this.held.shift();
      if (first.chunk === 'end') this.to.destroySoon();
      else this.to.write(first.chunk);
    }
  }

  private hold(chunk: Buffer | 'end'): void {
    this.held.push({ chunk, due: performance.now() + this.rule.delayMs });
    this.pump();
  }
}
