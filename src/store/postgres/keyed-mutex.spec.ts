import { describe, expect, it } from '@jest/globals';
import { KeyedMutex } from './keyed-mutex.js';

const LONG_MS = 600_000;
const late = (): Error => new Error('late');

/** Work that ends when the test says so. */
function heldWork(log: string[], name: string) {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { work, end };
}

describe('a keyed mutex', () => {
  it('runs work under one key in order, and under another at once', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => heldWork(log, name));
    const run = (key: string, held: typeof a) =>
      mutex.run(key, LONG_MS, late, held?.work ?? (() => Promise.resolve('')));
    const all = [run('k', a), run('k', b), run('other', c)];
    c?.end();
    b?.end();
    await all[2];
    expect(log).toEqual(['a begins', 'c begins', 'c ends']);
    a?.end();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
    expect(log.slice(3)).toEqual(['a ends', 'b begins', 'b ends']);
  });

  it('lets what has waited for too long give up, and what is behind it wait on', async () => {
    const mutex = new KeyedMutex();
    const log: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => heldWork(log, name));
    for (const held of [b, c]) held?.end();
    const first = mutex.run('k', LONG_MS, late, a?.work ?? (() => Promise.resolve('')));
    const second = mutex.run('k', 1, late, b?.work ?? (() => Promise.resolve('')));
    const third = mutex.run('k', LONG_MS, late, c?.work ?? (() => Promise.resolve('')));
    await expect(second).rejects.toThrow('late');
    expect(log).toEqual(['a begins']);
    a?.end();
    await Promise.all([first, third]);
    expect(log).toEqual(['a begins', 'a ends', 'c begins', 'c ends']);
  });
});
