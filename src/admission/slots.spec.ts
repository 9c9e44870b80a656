import { expect, it } from '@jest/globals';
import { Slots } from './slots.js';

it('are all acquired when the limit is reached, until one is released', () => {
  const slots = new Slots(2);
  slots.acquire();
  expect(slots.areAllAcquired).toBe(false);
  slots.acquire();
  expect(slots.areAllAcquired).toBe(true);
  slots.release();
  expect(slots.areAllAcquired).toBe(false);
});
