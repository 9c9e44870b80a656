import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { withConfigurationTable } from '../../test/support/configuration-table.js';
import { readEnvironment } from './environment.js';

const TEXT = readFileSync('.env.example', 'utf8');

const EXAMPLE = new Map(
  TEXT.split('\n')
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

describe('docs/configuration.md', () => {
  const PAGE = 'docs/configuration.md';

  it('has the table that `npm run docs:configuration` makes', () => {
    const stored = readFileSync(PAGE, 'utf8');
    const made = withConfigurationTable(stored, TEXT);
    if (process.env['WRITE_DOCS'] === 'true') writeFileSync(PAGE, made);
    else expect(stored).toBe(made);
  });
});
