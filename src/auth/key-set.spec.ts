import { beforeEach, describe, expect, it } from '@jest/globals';
import { createSecretKey, type KeyObject } from 'node:crypto';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { KeysUnavailableError, UnusableTokenError } from './auth.errors.js';
import { KeySet } from './key-set.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const [first, second] = ['first', 'second'].map((text) => createSecretKey(Buffer.from(text))) as [
  KeyObject,
  KeyObject,
];

let now: number;
let fetches: number;
let answer: [string, KeyObject][] | Error;
let keys: KeySet;

beforeEach(() => {
  now = 1_000 * MINUTE;
  fetches = 0;
  answer = [['a', first]];
  keys = new KeySet(
    async () => {
      fetches++;
      if (answer instanceof Error) throw answer;
      return new Map(answer);
    },
    () => now,
  );
});

describe('KeySet', () => {
  it('fetches once, and again after ten minutes', async () => {
    for (let i = 0; i < 5; i++) expect(await keys.find('a')).toBe(first);
    expect(fetches).toBe(1);
    now += 10 * MINUTE;
    expect(await keys.find('a')).toBe(first);
    await nextIteration();
    for (let i = 0; i < 5; i++) expect(await keys.find('a')).toBe(first);
    expect(fetches).toBe(2);
  });

  it('has no current key before the first fetch, and then has it', async () => {
    expect(keys.current('a')).toBeUndefined();
    await keys.find('a');
    expect([keys.current('a'), keys.current('b')]).toEqual([first, undefined]);
  });

  it('fetches once for all who ask at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => keys.find('a')));
    expect(fetches).toBe(1);
  });

  it('finds a new key, at most every ten seconds', async () => {
    await keys.find('a');
    answer = [
      ['a', first],
      ['b', second],
    ];
    await expect(keys.find('b')).rejects.toThrow(UnusableTokenError);
    now += 10 * SECOND;
    expect(await keys.find('b')).toBe(second);
    expect(fetches).toBe(2);
  });

  it('asks nobody about made-up key ids, however many there are', async () => {
    for (let i = 0; i < 1_000; i++) {
      await expect(keys.find(`made up ${i}`)).rejects.toThrow(UnusableTokenError);
    }
    expect(fetches).toBe(1);
    expect(await keys.find('a')).toBe(first);
  });

  it('forgets a key that is no longer there, once the next fetch has answered', async () => {
    await keys.find('a');
    answer = [['b', second]];
    now += 10 * MINUTE;
    expect(await keys.find('a')).toBe(first);
    await nextIteration();
    await expect(keys.find('a')).rejects.toThrow(UnusableTokenError);
  });

  it('takes the only key for a token that names none', async () => {
    expect(await keys.find(undefined)).toBe(first);
    answer = [
      ['a', first],
      ['b', second],
    ];
    now += 10 * MINUTE;
    expect(await keys.find(undefined)).toBe(first);
    await nextIteration();
    await expect(keys.find(undefined)).rejects.toThrow(UnusableTokenError);
  });

  it('is unavailable without keys, and tries again after a second', async () => {
    answer = new Error('down');
    for (let i = 0; i < 5; i++) {
      await expect(keys.find('a')).rejects.toThrow(KeysUnavailableError);
    }
    expect(fetches).toBe(1);
    answer = [['a', first]];
    now += SECOND;
    expect(await keys.find('a')).toBe(first);
  });

  it('uses the keys it has while there are no new ones, for an hour', async () => {
    await keys.find('a');
    answer = new Error('down');
    now += 59 * MINUTE;
    expect(await keys.find('a')).toBe(first);
    await expect(keys.find('b')).rejects.toThrow(KeysUnavailableError);
    now += MINUTE;
    await expect(keys.find('a')).rejects.toThrow(KeysUnavailableError);
  });
});

describe('a key server that hangs', () => {
  const NEVER = new Promise<never>(() => undefined);
  let hangs: boolean;

  beforeEach(async () => {
    hangs = false;
    const fetchKeys = (): Promise<Map<string, KeyObject>> => {
      fetches++;
      return hangs ? NEVER : Promise.resolve(new Map([['a', first]]));
    };
    keys = new KeySet(fetchKeys, () => now);
    await keys.find('a');
    hangs = true;
  });

  it('delays no token whose key is known, for an hour, and is asked once', async () => {
    for (const minutes of [10, 10, 10, 29]) {
      now += minutes * MINUTE;
      expect(keys.current('a')).toBe(first);
      expect(await keys.find('a')).toBe(first);
    }
    expect(fetches).toBe(2);
    now += MINUTE;
    expect(keys.current('a')).toBeUndefined();
  });

  it('lets a token with an unknown key wait, and no other', async () => {
    now += 10 * MINUTE;
    let hasSettled = false;
    const settle = (): void => {
      hasSettled = true;
    };
    keys.find('b').then(settle, settle);
    expect(await keys.find('a')).toBe(first);
    await nextIteration();
    expect(hasSettled).toBe(false);
  });
});
