import { createSecretKey, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { KeysUnavailableError } from './auth.errors.js';
import type { Caller } from './caller.js';
import type { SigningKeys } from './signing-keys.js';
import { VerifiedTokens } from './verified-tokens.js';

const CALLER: Caller = { owner: { tenantId: 't', userId: 'u' }, isService: false };
const NOW = 1_800_000_000;
const HEADER = 'Bearer a.b.c';

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
    const find = (id: string | undefined): Promise<KeyObject> => {
      const key = keys.get(id);
      return key ? Promise.resolve(key) : Promise.reject(new KeysUnavailableError('down'));
    };
    verified = new VerifiedTokens({ find } as SigningKeys);
    const key = { id: 'id', keyObject: first };
    verified.add(HEADER, { key, notBefore: NOW - 10, expiresAt: NOW + 10, caller: CALLER });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('has its caller, and no other header has', async () => {
    expect(await verified.findCaller(HEADER)).toBe(CALLER);
    for (const other of [undefined, '', 'Bearer', 'Bearer a.b.d', `${HEADER} `]) {
      expect(await verified.findCaller(other)).toBeUndefined();
    }
  });

  it('has none when it has expired, to the second', async () => {
    jest.setSystemTime((NOW + 10) * 1_000 - 1);
    expect(await verified.findCaller(HEADER)).toBe(CALLER);
    jest.setSystemTime((NOW + 10) * 1_000);
    expect(await verified.findCaller(HEADER)).toBeUndefined();
  });

  it('has none when the clock was set back before its time', async () => {
    jest.setSystemTime((NOW - 11) * 1_000);
    expect(await verified.findCaller(HEADER)).toBeUndefined();
  });

  it('has none when its key has been replaced', async () => {
    keys.set('id', second);
    expect(await verified.findCaller(HEADER)).toBeUndefined();
  });

  it('is rejected like any other when there are no keys', async () => {
    keys.clear();
    await expect(verified.findCaller(HEADER)).rejects.toThrow(KeysUnavailableError);
  });

  it('is evicted before the tokens take too much memory', async () => {
    const token = { key: { id: 'id', keyObject: first }, notBefore: 0, expiresAt: NOW + 10 };
    for (let i = 0; i < 40_000; i++) {
      verified.add(`Bearer ${i}`, { ...token, caller: CALLER });
    }
    expect(await verified.findCaller(HEADER)).toBeUndefined();
    expect(await verified.findCaller('Bearer 39999')).toBe(CALLER);
  });
});
