import { expect, it } from '@jest/globals';
import { ObservedOperations } from './observed-operations.js';

it('tells a listener how each operation ended, until it listens no more', async () => {
  const operations = new ObservedOperations<{ readonly name: string }>('test:operation');
  const ended: unknown[] = [];
  const end = operations.onEnd(({ name }, tookMs, error, result) => {
    ended.push([name, tookMs >= 0, error, result]);
  });
  expect(operations.isObserved).toBe(true);
  await operations.run({ name: 'one' }, () => Promise.resolve(1));
  const failure = new Error('for a test');
  const failed = operations.run({ name: 'two' }, () => Promise.reject(failure));
  await expect(failed).rejects.toBe(failure);
  end();
  expect(operations.isObserved).toBe(false);
  await operations.run({ name: 'three' }, () => Promise.resolve(3));
  expect(ended).toEqual([
    ['one', true, undefined, 1],
    ['two', true, failure, undefined],
  ]);
});
