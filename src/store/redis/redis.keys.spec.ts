import { describe, expect, it } from '@jest/globals';
import slotOf from 'cluster-key-slot';
import { OwnerKeys, type ConversationKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';

/** The keys of all names that any script declares. */
function named(keys: ConversationKeys): Record<string, string | undefined> {
  const declared = Object.values(SCRIPTS).flatMap(
    ({ parameters }): readonly string[] => parameters.keys,
  );
  const names = [...new Set(declared)].filter((name) => !name.startsWith('...'));
  const plain = names.map((name) => name.replace('?', '')) as (keyof ConversationKeys)[];
  return Object.fromEntries(plain.map((name) => [name, keys[name]]));
}

describe('OwnerKeys', () => {
  it('names each key as the table in docs/architecture.md does', () => {
    const keys = new OwnerKeys('cs:', { tenantId: 'contoso', userId: 'alice' }, true);
    const prefix = /^cs:\{p\d+\}:contoso:alice/.exec(keys.expiriesKey)?.[0] ?? '';
    expect(named(keys.conversation('ID', 'k'))).toEqual({
      expiriesKey: `${prefix}:expiries`,
      activeKey: `${prefix}:conversations:active`,
      completedKey: `${prefix}:conversations:completed`,
      archivedKey: `${prefix}:conversations:archived`,
      conversationKey: `${prefix}:conv:ID`,
      messagesKey: `${prefix}:conv:ID:messages`,
      turnKey: `${prefix}:conv:ID:turn`,
      eventsKey: `${prefix}:conv:ID:turn:events`,
      queueKey: `${prefix}:conv:ID:turn:waiting`,
      previousTurnKey: `${prefix}:conv:ID:turn:before`,
      previousEventsKey: `${prefix}:conv:ID:turn:before:events`,
      recordKey: expect.stringMatching(/:idem:[\w-]{22}$/),
      usageKey: `${prefix}:usage`,
      recordsKey: `${prefix}:records`,
    });
    expect(keys.recordNamed('r:x')).toBe(`${prefix}:idem:x`);
  });

  it('has no key for a quota when there is none', () => {
    const keys = new OwnerKeys('cs:', { tenantId: 'contoso', userId: 'alice' }).conversation('ID');
    expect([keys.recordKey, keys.usageKey, keys.recordsKey]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('puts all keys of an owner in one slot, whatever its name', () => {
    const keys = new OwnerKeys('cs:', { tenantId: '{a}:', userId: '}{*/ ü' }, true);
    const all = Object.values(named(keys.conversation('ID', '{x}')));
    expect(new Set(all.map((key) => slotOf(key ?? ''))).size).toBe(1);
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
      const { expiriesKey } = new OwnerKeys('', { tenantId: name, userId: 'u' });
      return expiriesKey.split(':')[1] ?? '';
    });
    expect(new Set(encoded).size).toBe(names.length);
    for (const name of encoded) expect(name).toMatch(/^[A-Za-z0-9%._-]+$/);
  });
});
