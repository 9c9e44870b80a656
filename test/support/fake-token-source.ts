import { randomUUID } from 'node:crypto';
import type { AccessToken, TokenSource } from 'conversation-store';

/** What a server does with the tokens of a fake source. */
export interface TokenAcceptor {
  /** The server lets in who shows this token from now on. */
  accept(token: string): Promise<void>;
  /** The server does not any more, and ends what was let in by it. */
  expire(token: string): Promise<void>;
}

/** Gives tokens that live for a short time, each another one, and makes a server take them so long. */
export class FakeTokenSource implements TokenSource {
  /** All tokens that were given. */
  readonly given: string[] = [];
  readonly scopes = new Set<string>();
  expired = 0;
  /** What the source rejects with, in place of a token. */
  failure: Error | undefined;
  private readonly timers = new Set<NodeJS.Timeout>();
  private isStopped = false;

  constructor(
    private readonly acceptor: TokenAcceptor,
    private readonly lifeMs: number,
  ) {}

  async getToken(scope: string): Promise<AccessToken> {
    if (this.isStopped) throw new Error('The test is over.');
    if (this.failure) throw this.failure;
    this.scopes.add(scope);
    // It looks like a token, so that a test finds it in a log.
    const token = `eyJ${randomUUID().replaceAll('-', '')}`;
    const expiresAt = Date.now() + this.lifeMs;
    await this.acceptor.accept(token);
    this.given.push(token);
    if (this.isOver()) return { token, expiresAt };
    const timer = setTimeout(() => void this.expire(token), this.lifeMs);
    this.timers.add(timer);
    return { token, expiresAt };
  }

  private isOver(): boolean {
    return this.isStopped;
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async expire(token: string): Promise<void> {
    await this.acceptor.expire(token);
    this.expired++;
  }
}
