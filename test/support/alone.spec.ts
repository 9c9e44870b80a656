import { deepStrictEqual, rejects } from 'node:assert/strict';
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, it } from '@jest/globals';
import { alone, besideOthers } from './alone.js';

describe('alone', () => {
  it('waits for those that run, and goes before those that have not started', async () => {
    const log: string[] = [];
    const finish = new Map<string, () => void>();
    const run = (name: string) => async (): Promise<void> => {
      log.push(name);
      await new Promise<void>((resolve) => finish.set(name, resolve));
    };
    const all = [besideOthers(run('a')), besideOthers(run('b'))];
    await nextTick();
    all.push(
      alone(run('alone')),
      alone(run('alone, too')),
      besideOthers(run('c')),
      besideOthers(run('d')),
    );
    const steps: string[] = [];
    for (const name of ['a', 'b', 'alone', 'alone, too', 'c', 'd']) {
      await nextTick();
      steps.push(log.join());
      finish.get(name)?.();
    }
    await Promise.all(all);
    deepStrictEqual(steps, [
      'a,b',
      'a,b',
      'a,b,alone',
      'a,b,alone,alone, too',
      'a,b,alone,alone, too,c,d',
      'a,b,alone,alone, too,c,d',
    ]);
  });

  it('lets the next ones run after one that failed', async () => {
    const fail = (): Promise<void> => Promise.reject(new Error('failed'));
    await Promise.all([
      rejects(besideOthers(fail)),
      rejects(alone(fail)),
      alone(() => Promise.resolve()),
      besideOthers(() => Promise.resolve()),
    ]);
  });
});
