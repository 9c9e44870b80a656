import { withTimeout } from '../with-timeout.js';
import type { AccessToken, TokenSource } from './token-source.js';
import { TokenUnavailableError } from './token-unavailable.error.js';

/** Milliseconds that the source may take for a token. */
const SOURCE_MS = 10_000;

/** The part of its remaining life after which a token is due for renewal. */
const RENEW_AFTER = 0.75;

/** Milliseconds between two renewals at least: a source may give the same token again until it expires. */
const PAUSE_MS = 1_000;

/** Milliseconds until the next attempt after a failure: twice as long after each further one. */
const PAUSE_AFTER_FAILURE_MS = { first: 1_000, last: 30_000 } as const;

/**
 * The token of one source for one scope, shared by all connections. It is renewed before it expires, and
 * stays in use meanwhile. A source that fails is asked seldom, however many connections want a token.
 */
export class CachedToken {
  private current: AccessToken | undefined;
  private renewAt = -Infinity;
  private failure: TokenUnavailableError | undefined;
  private failures = 0;
  private fetching: Promise<void> | undefined;

  constructor(
    private readonly source: TokenSource,
    private readonly scope: string,
    private readonly clock: () => number = Date.now,
  ) {}

  /** The token; undefined when there is none, or it has expired. */
  get valid(): string | undefined {
    return this.current && this.clock() < this.current.expiresAt ? this.current.token : undefined;
  }

  /** Milliseconds until the token is due for renewal, or for another attempt. */
  get renewalMs(): number {
    return Math.max(0, this.renewAt - this.clock());
  }

  /**
   * A valid token. It waits for the source only when there is none.
   * @throws TokenUnavailableError
   */
  async get(): Promise<string> {
    const { valid } = this;
    if (valid === undefined) return this.renew();
    if (this.renewalMs === 0) this.fetch().catch(() => undefined);
    return valid;
  }

  /**
   * A valid token: a new one, when it is due for renewal.
   * @throws TokenUnavailableError also while the old token is valid
   */
  async renew(): Promise<string> {
    if (this.renewalMs === 0) await this.fetch();
    if (this.failure) throw this.failure;
    if (this.valid === undefined) await this.fetch();
    return this.current?.token ?? '';
  }

  private fetch(): Promise<void> {
    return (this.fetching ??= this.fetchOnce().finally(() => (this.fetching = undefined)));
  }

  private async fetchOnce(): Promise<void> {
    try {
      const token = await withTimeout(this.source.getToken(this.scope), SOURCE_MS);
      const lifeMs = token.expiresAt - this.clock();
      if (!(lifeMs > 0)) throw new Error('The token source gave a token that has expired.');
      this.current = token;
      this.failure = undefined;
      this.failures = 0;
      this.renewAt = this.clock() + Math.max(PAUSE_MS, lifeMs * RENEW_AFTER);
    } catch (cause) {
      const { first, last } = PAUSE_AFTER_FAILURE_MS;
      this.failure = new TokenUnavailableError(cause);
      this.renewAt = this.clock() + Math.min(last, first * 2 ** this.failures++);
      throw this.failure;
    }
  }
}

const tokens = new WeakMap<TokenSource, Map<string, CachedToken>>();

/** The one cached token of a source for a scope. */
export function cachedTokenOf(source: TokenSource, scope: string): CachedToken {
  const ofSource = tokens.get(source) ?? new Map<string, CachedToken>();
  tokens.set(source, ofSource);
  const token = ofSource.get(scope) ?? new CachedToken(source, scope);
  ofSource.set(scope, token);
  return token;
}
