import { expect, it } from '@jest/globals';
import { ATTACKS } from './attacks/attacks.js';
import { measureAttack } from './measure-attack.js';
import { recordRow } from './results.js';
import { toRow } from './verdict.js';

it.each(ATTACKS)('$name', async (attack) => {
  const row = toRow(attack, await measureAttack(attack));
  recordRow(row, ATTACKS.length);
  expect(row.problems).toEqual([]);
});
