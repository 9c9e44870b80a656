import { createSecretKey, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Caller } from './caller.js';
import type { SigningKeys } from './signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

const CALLER: Caller = { owner: { tenantId: 't', userId: 'u' }, isService: false };
const NOW = 1_800_000_000;
const TOKEN = 'a.b.c';

describe('a token that was verified', () => {
  const [first, second] = ['first', 'second'].map((text) => createSecretKey(Buffer.from(text))) as [
    KeyObject,
    KeyObject,
  ];
  let keys: Map<string | undefined, KeyObject>;
  let verified: VerifiedTokens;

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW * 1_000, doNotFake: ['nextTick'] });
    keys = new Map([['id', first]]);
    const current = (id: string | undefined): KeyObject | undefined => keys.get(id);
    verified = new VerifiedTokens({ current } as SigningKeys);
    const key = { id: 'id', keyObject: first };
    verified.add(TOKEN, { key, notBefore: NOW - 10, expiresAt: NOW + 10, caller: CALLER });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('has its caller, and no other token has', () => {
    expect(verified.findCaller(TOKEN)).toBe(CALLER);
    for (const other of ['', 'Bearer a.b.c', 'a.b.d', `${TOKEN} `]) {
      expect(verified.findCaller(other)).toBeUndefined();
    }
  });

  it('has none when it has expired, to the second', () => {
    jest.setSystemTime((NOW + 10) * 1_000 - 1);
    expect(verified.findCaller(TOKEN)).toBe(CALLER);
    jest.setSystemTime((NOW + 10) * 1_000);
    expect(verified.findCaller(TOKEN)).toBeUndefined();
  });

  it('has none when the clock was set back before its time', () => {
    jest.setSystemTime((NOW - 11) * 1_000);
    expect(verified.findCaller(TOKEN)).toBeUndefined();
  });

  it('has none when its key has been replaced', () => {
    keys.set('id', second);
    expect(verified.findCaller(TOKEN)).toBeUndefined();
  });

  it('has none when there are no keys: the full verification then says why', () => {
    keys.clear();
    expect(verified.findCaller(TOKEN)).toBeUndefined();
  });

  it('is evicted before the tokens take too much memory', () => {
    const token = { key: { id: 'id', keyObject: first }, notBefore: 0, expiresAt: NOW + 10 };
    for (let i = 0; i < 40_000; i++) {
      verified.add(`token ${i}`, { ...token, caller: CALLER });
    }
    expect(verified.findCaller(TOKEN)).toBeUndefined();
    expect(verified.findCaller('token 39999')).toBe(CALLER);
  });
});
