import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';
import { SigningKeys, type TokenKey } from './signing-keys.js';

/** What the tokens that are remembered may take together, in bytes, roughly; and what one has beside its text. */
const MAX_BYTES = 32 * 1024 * 1024;
const BYTES_BESIDE = 1_024;

interface VerifiedToken {
  readonly key: TokenKey;
  /** Seconds since the epoch, as in the claims `nbf` and `exp`. */
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly caller: Caller;
}

/**
 * Tokens whose signature and claims were found good. Only what cannot have changed is not looked at
 * again: that the time is right, and that the key is still one to sign with, is asked each time.
 */
@Injectable()
export class VerifiedTokens {
  private readonly tokens = new LRUCache<string, VerifiedToken>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_, authorization) => authorization.length + BYTES_BESIDE,
  });

  constructor(private readonly keys: SigningKeys) {}

  remember(authorization: string, token: VerifiedToken): void {
    this.tokens.set(authorization, token);
  }

  /** The caller whose token this header has; undefined when it has to be verified. */
  async callerOf(authorization: string | undefined): Promise<Caller | undefined> {
    const token = authorization === undefined ? undefined : this.tokens.get(authorization);
    if (!token) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    if (now < token.notBefore || now >= token.expiresAt) return undefined;
    const key = await this.keys.find(token.key.id);
    return key === token.key.keyObject ? token.caller : undefined;
  }
}
