import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a scrape waits for an answer of a server at most. */
const WAIT_MS = 500;

/** Milliseconds for which an answer holds: however many scrape, a server is asked no more often. */
const HOLDS_MS = 5_000;

/**
 * What a server says of itself. It is asked when somebody scrapes, and otherwise never. Without an answer in time
 * there is no value: one of before an outage would look as if nothing had happened.
 */
export class Sampled<Statistics> {
  private latest: { readonly at: number; readonly answer: Promise<Statistics | undefined> } = {
    at: -Infinity,
    answer: Promise.resolve(undefined),
  };

  constructor(
    private readonly read: () => Promise<Statistics>,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  async get(): Promise<Statistics | undefined> {
    const now = this.clock();
    if (now - this.latest.at >= HOLDS_MS) {
      this.latest = { at: now, answer: this.read().catch(() => this.forget()) };
    }
    return Promise.race([this.latest.answer, delay(WAIT_MS, undefined, { ref: false })]);
  }

  /** The next scrape asks again. */
  private forget(): undefined {
    this.latest = { at: -Infinity, answer: Promise.resolve(undefined) };
    return undefined;
  }
}
