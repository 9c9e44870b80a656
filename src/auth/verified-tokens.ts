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
    sizeCalculation: (_, token) => token.length + OVERHEAD_BYTES,
  });

  constructor(private readonly keys: SigningKeys) {}

  add(token: string, verified: VerifiedToken): void {
    this.tokens.set(token, verified);
  }

  /** The caller of a token; undefined when the token needs the full verification. */
  findCaller(token: string): Caller | undefined {
    const verified = this.tokens.get(token);
    if (!verified) return undefined;
    const now = Math.floor(Date.now() / 1_000);
    if (now < verified.notBefore || now >= verified.expiresAt) return undefined;
    const { id, keyObject } = verified.key;
    return this.keys.current(id) === keyObject ? verified.caller : undefined;
  }
}
