import type { KeyObject } from 'node:crypto';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';

/** Milliseconds for which fetched keys are good, and for which they are used if need be. */
const FRESH_MS = 10 * 60 * 1000;
const USABLE_MS = 60 * 60 * 1000;

/** Milliseconds between two fetches: after one that worked, and after one that failed. */
const PAUSE_MS = 10_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Key ids and keys; the id of a key without one is empty. */
export type Keys = ReadonlyMap<string, KeyObject>;

/**
 * An identity provider's keys. Fetches them as a whole and seldom: a made-up key id, which anybody
 * can send, costs no request, so that it cannot use up those that good tokens need. While the
 * provider does not answer, the keys it gave before still serve.
 */
export class KeySet {
  private keys: Keys = new Map();
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private failure: unknown;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly fetchKeys: () => Promise<Keys>,
    private readonly clock: () => number = Date.now,
  ) {}

  /** @throws UnusableTokenError, KeysUnavailableError */
  async find(keyId: string | undefined): Promise<KeyObject> {
    if (this.age() >= FRESH_MS || !this.known(keyId)) await this.refresh();
    const key = this.age() < USABLE_MS ? this.known(keyId) : undefined;
    if (key) return key;
    if (this.failure === undefined) throw new UnusableTokenError('No such key.');
    throw new KeysUnavailableError('The key server does not answer.', { cause: this.failure });
  }

  /** A token need not name the key where there is only one. */
  private known(keyId: string | undefined): KeyObject | undefined {
    if (keyId !== undefined) return this.keys.get(keyId);
    return this.keys.size === 1 ? [...this.keys.values()][0] : undefined;
  }

  private age(): number {
    return this.clock() - this.fetchedAt;
  }

  private async refresh(): Promise<void> {
    const pause = this.failure === undefined ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS;
    if (!this.fetching && this.clock() - this.triedAt < pause) return;
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    await this.fetching;
  }

  private async fetch(): Promise<void> {
    try {
      this.keys = await this.fetchKeys();
      this.fetchedAt = this.clock();
      this.failure = undefined;
    } catch (error) {
      this.failure = error;
    }
    this.triedAt = this.clock();
  }
}
