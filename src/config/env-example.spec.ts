import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.js';

const EXAMPLE = new Map(
  readFileSync('.env.example', 'utf8')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line) => line.split('=', 2) as [string, string]),
);

describe('.env.example', () => {
  it('names every variable, and no other', () => {
    expect([...EXAMPLE.keys()].sort()).toEqual(Object.keys(readEnvironment({}).environment).sort());
  });

  it('shows the defaults', () => {
    const shown = readEnvironment(Object.fromEntries(EXAMPLE));
    expect(shown).toEqual(readEnvironment({}));
    for (const [name, value] of Object.entries(readEnvironment({}).environment)) {
      if (typeof value === 'number' || typeof value === 'string') {
        expect([name, EXAMPLE.get(name)]).toEqual([name, String(value)]);
      }
    }
  });
});
