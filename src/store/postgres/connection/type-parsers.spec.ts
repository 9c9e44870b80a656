import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TYPE_PARSERS } from './type-parsers.js';

const { TIMESTAMPTZ, INT4 } = pg.types.builtins;

describe('TYPE_PARSERS', () => {
  const parse = TYPE_PARSERS.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => unknown;

  it.each([
    ['2026-01-31 12:00:00.001+00', '2026-01-31T12:00:00.001Z'],
    ['2026-01-31 12:00:00.12+00', '2026-01-31T12:00:00.120Z'],
    ['2026-01-31 12:00:00+00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00.5+05:30', '2026-01-31T06:30:00.500Z'],
    ['2026-01-31 12:00:00.5-08', '2026-01-31T20:00:00.500Z'],
    ['1999-12-31 23:59:59.999+00', '1999-12-31T23:59:59.999Z'],
  ])('reads the time %s', (text, iso) => {
    expect(parse(text)).toEqual(new Date(iso));
  });

  it.each(['infinity', '31/01/2026 12:00:00 UTC', '01/02/2026 12:00:00 UTC', '2026-01-31 25:00'])(
    'refuses %s, and guesses nothing',
    (text) => {
      expect(() => parse(text)).toThrow('DateStyle');
    },
  );

  it('leaves the other types to pg', () => {
    const parser = TYPE_PARSERS.getTypeParser(INT4, 'text') as (text: string) => unknown;
    expect(parser('42')).toBe(42);
  });
});
