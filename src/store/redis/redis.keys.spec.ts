import { describe, expect, it } from '@jest/globals';
import slotOf from 'cluster-key-slot';
import { OwnerKeys } from './redis.keys.js';

describe('OwnerKeys', () => {
  it('names each key as the table in docs/architecture.md does', () => {
    const keys = new OwnerKeys('cs:', { tenantId: 'contoso', userId: 'alice' });
    const prefix = /^cs:\{p\d+\}:contoso:alice/.exec(keys.expiries)?.[0] ?? '';
    expect(keys.forConversation('ID')).toEqual([
      `${prefix}:conv:ID`,
      `${prefix}:conv:ID:messages`,
      `${prefix}:expiries`,
      `${prefix}:conversations:active`,
      `${prefix}:conversations:completed`,
      `${prefix}:conversations:archived`,
    ]);
    expect(keys.forReading('ID')).toEqual(keys.forConversation('ID').slice(0, 2));
    expect(keys.forAppending('ID')).toEqual(keys.forConversation('ID').slice(0, 4));
    expect(keys.idempotency('k')).toMatch(/:idem:[\w-]{22}$/);
  });

  it('puts all keys of an owner in one slot, whatever its name', () => {
    const keys = new OwnerKeys('cs:', { tenantId: '{a}:', userId: '}{*/ ü' });
    const all = [...keys.forConversation('ID'), keys.idempotency('{x}')];
    expect(new Set(all.map(slotOf)).size).toBe(1);
  });

  it('escapes all that has a meaning in a key or a pattern, injectively', () => {
    const names = [
      ':',
      '{',
      '}',
      '*',
      '?',
      '[',
      ']',
      '/',
      ' ',
      '%',
      '%3A',
      '!',
      "'",
      '(',
      ')',
      '~',
      'ü',
      'u\u0308',
      '👋🏽',
      '\\',
      'a',
      'A',
      '-',
      '_',
      '.',
    ];
    const encoded = names.map((name) => {
      const { expiries } = new OwnerKeys('', { tenantId: name, userId: 'u' });
      return expiries.split(':')[1] ?? '';
    });
    expect(new Set(encoded).size).toBe(names.length);
    for (const name of encoded) expect(name).toMatch(/^[A-Za-z0-9%._-]+$/);
  });
});
