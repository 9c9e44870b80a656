import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Caller } from './caller.js';
import { SigningKeys, type TokenKey } from './signing-keys.js';

/** Bytes that all cached tokens may take together, roughly. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Bytes that a cached token takes beside its text, roughly. */
const OVERHEAD_BYTES = 1_024;

interface VerifiedToken {
  readonly key: TokenKey;
  /** Seconds since the epoch, as in the claims `nbf` and `exp`. */
  readonly notBefore: number;
  readonly expiresAt: number;
  readonly caller: Caller;
}

/**
 * A cache of tokens that have passed the full verification. The signature and the claims of a token
 * never change, so the service verifies them once. Two things do change, so every request checks
 * them again: the current time, and whether the key is still one of the keys that sign tokens.
 */
@Injectable()
export class VerifiedTokens {
  private readonly tokens = new LRUCache<string, VerifiedToken>({
    maxSize: MAX_BYTES,
    sizeCalculation: (_, authorization) => authorization.length + OVERHEAD_BYTES,
  });

  constructor(private readonly keys: SigningKeys) {}

  /** Adds the token of an `Authorization` header. */
  add(authorization: string, token: VerifiedToken): void {
    this.tokens.set(authorization, token);
  }

  /**
   * The caller of an `Authorization` header; undefined when its token needs the full verification.
   * @throws KeysUnavailableError
   */
  async findCaller(authorization: string | undefined): Promise<Caller | undefined> {
    const token = authorization === undefined ? undefined : this.tokens.get(authorization);
    if (!token) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    if (now < token.notBefore || now >= token.expiresAt) return undefined;
    const key = await this.keys.find(token.key.id);
    return key === token.key.keyObject ? token.caller : undefined;
  }
}
