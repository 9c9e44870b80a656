import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CachedToken, cachedTokenOf } from './cached-token.js';
import type { AccessToken } from './token-source.js';

const LIFE_MS = 60_000;

describe('a cached token', () => {
  let now: number;
  let asked: number;
  let answer: () => Promise<AccessToken>;
  let token: CachedToken;

  beforeEach(() => {
    now = 1_000_000;
    asked = 0;
    answer = () => Promise.resolve({ token: `token ${asked}`, expiresAt: now + LIFE_MS });
    const source = { getToken: () => (asked++, answer()) };
    token = new CachedToken(source, 'scope', () => now);
  });

  it('is fetched once for all who ask', async () => {
    expect(await Promise.all([token.get(), token.get(), token.renew()])).toEqual([
      'token 1',
      'token 1',
      'token 1',
    ]);
    expect(asked).toBe(1);
  });

  it('is renewed after three quarters of its life, and stays in use meanwhile', async () => {
    await token.get();
    expect(token.renewalMs).toBe(45_000);
    now += 45_000;
    expect(await token.get()).toBe('token 1');
    expect(await token.renew()).toBe('token 2');
    expect(asked).toBe(2);
  });

  it('is not handed out once it has expired', async () => {
    await token.get();
    now += LIFE_MS;
    expect(token.valid).toBeUndefined();
    expect(await token.get()).toBe('token 2');
  });

  it('may come again from a source that has its own cache: it is asked for again, ever sooner', async () => {
    const expiresAt = now + LIFE_MS;
    answer = () => Promise.resolve({ token: 'the same', expiresAt });
    await token.get();
    const pauses: number[] = [];
    while (now < expiresAt) {
      pauses.push(token.renewalMs);
      now += token.renewalMs;
      if (now < expiresAt) expect(await token.renew()).toBe('the same');
    }
    expect(pauses.slice(0, 3)).toEqual([45_000, 11_250, 2_812.5]);
    expect(Math.min(...pauses)).toBe(1_000);
  });

  it('stays in use when it cannot be renewed, and the failure is told', async () => {
    await token.get();
    now += 45_000;
    answer = () => Promise.reject(new Error('no identity'));
    await expect(token.renew()).rejects.toThrow('no identity');
    expect(await token.get()).toBe('token 1');
    now += 15_000;
    await expect(token.get()).rejects.toThrow('no identity');
  });

  it('is asked for with back-off while the source fails', async () => {
    answer = () => Promise.reject(new Error('no identity'));
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      await expect(token.get()).rejects.toThrow('no identity');
      await expect(token.get()).rejects.toThrow('no identity');
      pauses.push(token.renewalMs);
      now += token.renewalMs;
    }
    expect(asked).toBe(7);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    answer = () => Promise.resolve({ token: 'back', expiresAt: now + LIFE_MS });
    expect(await token.get()).toBe('back');
  });

  it('is waited for ten seconds, by all who ask, from a source that hangs', async () => {
    jest.useFakeTimers();
    try {
      answer = () => new Promise(() => undefined);
      const outcomes: unknown[] = [];
      const note = (error: unknown) => outcomes.push(error);
      for (let i = 0; i < 3; i++) void token.get().catch(note);
      await jest.advanceTimersByTimeAsync(9_999);
      expect([asked, outcomes]).toEqual([1, []]);
      await jest.advanceTimersByTimeAsync(1);
      expect(outcomes.map(String)).toEqual(Array(3).fill(expect.stringContaining('in time')));
      // The next attempt is due after the pause of a failure.
      await expect(token.get()).rejects.toThrow('in time');
      expect([asked, token.renewalMs]).toEqual([1, 1_000]);
      now += 1_000;
      answer = () => Promise.resolve({ token: 'late', expiresAt: now + LIFE_MS });
      expect(await token.get()).toBe('late');
    } finally {
      jest.useRealTimers();
    }
  });

  it('stays in use while a renewal hangs', async () => {
    jest.useFakeTimers();
    try {
      await token.get();
      now += 45_000;
      answer = () => new Promise(() => undefined);
      const renewal = token.renew().catch(String);
      expect(await token.get()).toBe('token 1');
      await jest.advanceTimersByTimeAsync(10_000);
      expect(await renewal).toContain('in time');
      expect(await token.get()).toBe('token 1');
    } finally {
      jest.useRealTimers();
    }
  });

  it('is refused when it has expired already, or is none', async () => {
    answer = () => Promise.resolve({ token: 'old', expiresAt: now });
    await expect(token.get()).rejects.toThrow('has expired');
    now += 1_000;
    answer = () => Promise.resolve(undefined as never);
    await expect(token.get()).rejects.toThrow();
  });

  it('says why there is none in one line that is the same every time, without a token', async () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    answer = () =>
      Promise.reject(
        new Error(`AADSTS700016 ${id} at 2026-01-02 03:04:05Z: eyJh.eyJi.c\nTrace: ${id}`),
      );
    await expect(token.get()).rejects.toThrow(/^AADSTS700016 … at … …$/);
  });

  it('is one for a source and a scope', () => {
    const source = { getToken: () => answer() };
    expect(cachedTokenOf(source, 'a')).toBe(cachedTokenOf(source, 'a'));
    expect(cachedTokenOf(source, 'a')).not.toBe(cachedTokenOf(source, 'b'));
    expect(cachedTokenOf({ getToken: () => answer() }, 'a')).not.toBe(cachedTokenOf(source, 'a'));
  });
});
