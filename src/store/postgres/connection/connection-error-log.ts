import { diagnose } from './diagnose.js';

/** Milliseconds after which a cause that lasts is logged again. */
const REPEAT_MS = 600_000;

/**
 * Logs why PostgreSQL cannot be used. Each cause is logged once, and again when PostgreSQL was ready in
 * between or ten minutes have passed: not with every attempt or request.
 */
export class ConnectionErrorLog {
  private readonly loggedAt = new Map<string, number>();
  private isStopped = false;
  private latest: string | undefined;

  constructor(private readonly log: (sentence: string) => void) {}

  /** The cause of the latest failure since the last time that PostgreSQL was ready. */
  get diagnosis(): string | undefined {
    return this.latest;
  }

  report(error: Error): void {
    const sentence = diagnose(error);
    this.latest = sentence;
    const now = Date.now();
    const isRecent = now - (this.loggedAt.get(sentence) ?? -Infinity) < REPEAT_MS;
    if (this.isStopped || isRecent) return;
    this.loggedAt.set(sentence, now);
    this.log(sentence);
  }

  reset(): void {
    this.loggedAt.clear();
    this.latest = undefined;
  }

  /** Logs nothing from now on: connections that end on purpose fail, too. */
  stop(): void {
    this.isStopped = true;
  }
}
