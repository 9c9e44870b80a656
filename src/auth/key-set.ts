import type { KeyObject } from 'node:crypto';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';

/** Milliseconds after which the service fetches the keys again, while it still uses the old ones. */
const FRESH_MS = 10 * 60 * 1000;

/** Milliseconds for which the service uses fetched keys while the provider does not answer. */
const USABLE_MS = 60 * 60 * 1000;

/** Milliseconds between two fetches when the first one succeeded. */
const PAUSE_MS = 10_000;

/** Milliseconds between two fetches when the first one failed. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Keys by their ids. A key without an id has the empty id. */
export type Keys = ReadonlyMap<string, KeyObject>;

/**
 * The keys of an identity provider. It fetches all keys at once, and seldom. Anybody can send a token
 * with an invented key id, so an unknown id must not cause a request each time. While the provider
 * does not answer, the keys that were fetched before stay in use for an hour, and nobody who names one
 * of them waits.
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

  /** The key of this id if the service has it now. Old keys are fetched again meanwhile. */
  current(keyId: string | undefined): KeyObject | undefined {
    const age = this.age();
    if (age >= USABLE_MS) return undefined;
    if (age >= FRESH_MS) void this.refresh();
    return this.cached(keyId);
  }

  /**
   * The key of this id. It waits for a fetch only when the service does not have the key.
   * @throws UnusableTokenError, KeysUnavailableError
   */
  async find(keyId: string | undefined): Promise<KeyObject> {
    const current = this.current(keyId);
    if (current) return current;
    await this.refresh();
    const fetched = this.current(keyId);
    if (fetched) return fetched;
    if (this.failure === undefined) throw new UnusableTokenError('The provider has no such key.');
    throw new KeysUnavailableError('The key server does not answer.', { cause: this.failure });
  }

  /** A token may leave out the key id when there is only one key. */
  private cached(keyId: string | undefined): KeyObject | undefined {
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
