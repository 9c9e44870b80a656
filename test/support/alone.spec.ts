import { deepStrictEqual, rejects } from 'node:assert/strict';
import { setImmediate as immediate } from 'node:timers/promises';
import { beforeEach, describe, it } from '@jest/globals';
import { alone, besideOthers } from './alone.js';

interface Run {
  resolve: () => void;
  reject: (error: Error) => void;
}

describe('alone', () => {
  let started: string[];
  let runs: Map<string, Run>;

  beforeEach(() => {
    started = [];
    runs = new Map();
  });

  /** Runs until the test ends it. */
  const run = (name: string) => (): Promise<void> => {
    started.push(name);
    return new Promise((resolve, reject) => runs.set(name, { resolve, reject }));
  };

  it('waits for those that run, and goes before those that have not started', async () => {
    const all = [besideOthers(run('a')), besideOthers(run('b'))];
    await immediate();
    all.push(
      alone(run('alone')),
      besideOthers(run('c')),
      alone(run('alone, too')),
      besideOthers(run('d')),
    );
    const steps: string[] = [];
    for (const name of ['a', 'b', 'alone', 'alone, too']) {
      await immediate();
      steps.push(started.join());
      runs.get(name)?.resolve();
    }
    await immediate();
    const beside = started.splice(4).sort();
    deepStrictEqual(
      [steps, beside],
      [
        ['a,b', 'a,b', 'a,b,alone', 'a,b,alone,alone, too'],
        ['c', 'd'],
      ],
    );
    runs.forEach(({ resolve }) => resolve());
    await Promise.all(all);
  });

  it('runs after those that failed, alone or not', async () => {
    const all = [rejects(besideOthers(run('a')))];
    await immediate();
    all.push(rejects(alone(run('alone'))), alone(run('alone, too')));
    for (const name of ['a', 'alone']) {
      await immediate();
      runs.get(name)?.reject(new Error('failed'));
    }
    await immediate();
    deepStrictEqual(started, ['a', 'alone', 'alone, too']);
    runs.get('alone, too')?.resolve();
    await Promise.all(all);
  });
});
