import { describe, expect, it } from '@jest/globals';
import slotOf from 'cluster-key-slot';
import { OwnerKeys, RedisKeys, type ForkKeys } from './redis.keys.js';
import { SCRIPTS } from './redis.scripts.js';

/** Names with all that has a meaning in a key, a pattern or an escape. */
// prettier-ignore
const NAMES = [':', '{', '}', '*', '?', '[', ']', '/', ' ', '%', '%3A', '!', "'", '(', ')', '~', 'ü', 'u\u0308', '👋🏽', '\\', 'a', 'A', '-', '_', '.'];

const ALL = { hasQuota: true, hasTier: true } as const;

/** The keys of all names that any script declares. */
function named(keys: ForkKeys): Record<string, string | undefined> {
  const declared = Object.values(SCRIPTS).flatMap(
    ({ parameters }): readonly string[] => parameters.keys,
  );
  const names = [...new Set(declared)].filter((name) => !name.startsWith('...'));
  const plain = names.map((name) => name.replace('?', '')) as (keyof ForkKeys)[];
  return Object.fromEntries(plain.map((name) => [name, keys[name]]));
}

describe('OwnerKeys', () => {
  it('names each key as the table in docs/architecture.md does', () => {
    const keys = new OwnerKeys('cs:', { tenantId: 'contoso', userId: 'alice' }, ALL);
    const prefix = /^cs:\{p\d+\}:contoso:alice/.exec(keys.expiriesKey)?.[0] ?? '';
    const partition = prefix.replace(':contoso:alice', '');
    expect(named(keys.fork('ID', 'SOURCE', 'TOKEN', 'k'))).toEqual({
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
      sourceKey: `${prefix}:conv:SOURCE`,
      stagedKey: `${prefix}:staged:TOKEN`,
      usageKey: `${prefix}:usage`,
      recordsKey: `${prefix}:records`,
      unsavedKey: `${prefix}:unsaved`,
      fillKey: `${prefix}:conv:ID:fill`,
      tombstoneKey: `${prefix}:conv:ID:tombstone`,
      unsavedRecordsKey: `${prefix}:conv:ID:records`,
      hotKey: `${partition}:hot`,
      deletedKey: `${partition}:deleted`,
      flushKey: `${partition}:flush`,
    });
    expect(keys.recordNamed('r:x')).toBe(`${prefix}:idem:x`);
  });

  it('has no key for a quota or a tier when there is none', () => {
    const owner = new OwnerKeys('cs:', { tenantId: 'contoso', userId: 'alice' });
    const keys = owner.conversation('ID');
    const absent = [
      [keys.recordKey, keys.usageKey, keys.recordsKey],
      [keys.hotKey, keys.deletedKey, keys.unsavedKey],
      [keys.fillKey, keys.tombstoneKey, keys.unsavedRecordsKey],
    ];
    expect(new Set(absent.flat())).toEqual(new Set([undefined]));
    expect(() => owner.conversationInTier('ID')).toThrow(TypeError);
  });

  it('shares keys of a tier with its partition', () => {
    const keys = new RedisKeys('cs:', { hasTier: true });
    const owner = { tenantId: 'contoso', userId: 'alice' };
    const { hotKey, deletedKey, conversationKey } = keys.of(owner).conversationInTier('ID');
    expect(keys.partitionOf(owner)).toBe(44);
    const partition = keys.partition(44);
    expect([hotKey, deletedKey]).toEqual([partition.hotKey, partition.deletedKey]);
    expect(partition.flushKey).toBe(conversationKey.replace(/:contoso:.*/, ':flush'));
  });

  it('puts all keys of an owner in one slot, whatever its name', () => {
    const keys = new OwnerKeys('cs:', { tenantId: '{a}:', userId: '}{*/ ü' }, ALL);
    const all = Object.values(named(keys.fork('ID', 'SOURCE', 'TOKEN', '{x}')));
    expect(new Set(all.map((key) => slotOf(key ?? ''))).size).toBe(1);
  });

  it('escapes all that has a meaning in a key or a pattern, injectively', () => {
    const encoded = NAMES.map((name) => {
      const { expiriesKey } = new OwnerKeys('', { tenantId: name, userId: 'u' });
      return expiriesKey.split(':')[1] ?? '';
    });
    expect(new Set(encoded).size).toBe(NAMES.length);
    for (const name of encoded) expect(name).toMatch(/^[A-Za-z0-9%._-]+$/);
  });
});

describe('RedisKeys', () => {
  it('tells whose conversation has a key', () => {
    const keys = new RedisKeys('{cs}:a:');
    for (const name of [...NAMES, '']) {
      const owner = { tenantId: name, userId: `${name}u` };
      const { conversationKey } = keys.of(owner).conversation(`i${name}`);
      expect(keys.conversationOf(conversationKey)).toEqual({ owner, id: `i${name}` });
    }
  });

  it.each([
    ['other:{p1}:t:u:conv:i'],
    ['cs:{p1}:t:u:conv:i:messages'],
    ['cs:{p1}:t:u:conv'],
    ['cs:{p1}:t:u:usage:i'],
    ['cs:{p1}:hot'],
  ])('does not take %s for the key of a conversation', (key) => {
    expect(new RedisKeys('cs:').conversationOf(key)).toBeUndefined();
  });
});
