import { MemoryConversationStore } from 'conversation-store';

/** A store in memory whose lists and reads wait, while they are held. */
export class HeldStore extends MemoryConversationStore {
  /** Calls that wait. */
  waiting = 0;
  private gate: Promise<void> = Promise.resolve();
  private open: (error?: Error) => void = () => undefined;

  constructor() {
    super({
      maxBytes: 2 ** 24,
      ttlMs: 600_000,
      maxMessagesPerConversation: 100,
      maxConversationsPerUser: 100,
      pageBytes: 1024 * 1024,
    });
  }

  hold(): void {
    this.gate = new Promise((resolve, reject) => {
      this.open = (error) => (error ? reject(error) : resolve());
    });
    // A gate at which nobody waits may fail too.
    this.gate.catch(() => undefined);
  }

  /** Lets everybody go on, or fail. */
  release(error?: Error): void {
    this.open(error);
    this.gate = Promise.resolve();
  }

  override async list(...args: Parameters<MemoryConversationStore['list']>) {
    await this.pass();
    return super.list(...args);
  }

  override async read(...args: Parameters<MemoryConversationStore['read']>) {
    await this.pass();
    return super.read(...args);
  }

  private async pass(): Promise<void> {
    this.waiting++;
    await this.gate.finally(() => this.waiting--);
  }
}
