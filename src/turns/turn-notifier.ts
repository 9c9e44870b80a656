import { Injectable } from '@nestjs/common';

/** Wakes who waits for it; also when it rang a moment before they did. */
export class AutoResetEvent {
  private isRung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.isRung = true;
    this.wake?.();
  }

  /** Until it rings, and no longer than that many milliseconds. One waits at a time. */
  async wait(milliseconds: number): Promise<void> {
    if (!this.isRung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = undefined;
    this.isRung = false;
  }
}

/** Tells who waits in this process that something has happened in a conversation. */
@Injectable()
export class TurnNotifier {
  private readonly bells = new Map<string, Set<AutoResetEvent>>();

  /** To be given back with {@link leave}. */
  join(conversationId: string): AutoResetEvent {
    const bell = new AutoResetEvent();
    const others = this.bells.get(conversationId) ?? new Set();
    this.bells.set(conversationId, others.add(bell));
    return bell;
  }

  leave(conversationId: string, bell: AutoResetEvent): void {
    const bells = this.bells.get(conversationId);
    bells?.delete(bell);
    if (bells?.size === 0) this.bells.delete(conversationId);
  }

  ring(conversationId: string): void {
    for (const bell of this.bells.get(conversationId) ?? []) bell.ring();
  }

  ringAll(): void {
    for (const conversationId of this.bells.keys()) this.ring(conversationId);
  }
}
