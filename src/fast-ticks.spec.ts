import { expect, it } from '@jest/globals';
import { keptTick } from './fast-ticks.js';

it('an object of process.nextTick stays, for its hidden class', async () => {
  await new Promise(setImmediate);
  expect(Object.keys(keptTick as object)).toEqual(['callback', 'args']);
});
