import { describe, expect, it } from '@jest/globals';
import { SCRIPTS } from './redis.scripts.js';

describe('a call of a script', () => {
  const keys = {
    conversationKey: 'c',
    messagesKey: 'm',
    expiriesKey: 'e',
    activeKey: 'a',
    // Not declared by the script, which is not given it.
    turnKey: 't',
  };
  const args = {
    id: 'ID',
    ttl: 1,
    maxMessages: 2,
    requestHash: '',
    recordTtl: 3,
    idempotencyKey: '',
    ownerQuota: 0,
    parentSeq: 4,
    supersedes: 5,
    messages: ['x', 'y'],
  };

  it('puts keys and arguments into the order of the declaration', () => {
    const [script, ...lists] = SCRIPTS.append.with(keys, args);
    expect(script.sha1).toBe(SCRIPTS.append.sha1);
    expect(lists).toEqual([
      ['c', 'm', 'e', 'a'],
      ['ID', 1, 2, '', 3, '', 0, 4, 5, 'x', 'y'],
    ]);
  });

  it('has an optional key when it is given one', () => {
    const [, withRecord] = SCRIPTS.append.with({ ...keys, recordKey: 'r' }, args);
    expect(withRecord).toEqual(['c', 'm', 'e', 'a', 'r']);
    const usage = { usageKey: 'u', recordsKey: 'rs' };
    const tier = { hotKey: 'h', unsavedRecordsKey: 'ur' };
    const [, withAll] = SCRIPTS.append.with({ ...keys, recordKey: 'r', ...tier, ...usage }, args);
    expect(withAll).toEqual(['c', 'm', 'e', 'a', 'r', 'h', 'ur', 'u', 'rs']);
  });

  it('has its first key in place of an absent one that has a present one behind it', () => {
    const usage = { usageKey: 'u', recordsKey: 'rs' };
    const [, withUsage] = SCRIPTS.append.with({ ...keys, recordKey: 'r', ...usage }, args);
    expect(withUsage).toEqual(['c', 'm', 'e', 'a', 'r', 'c', 'c', 'u', 'rs']);
    const tier = { hotKey: 'h', unsavedRecordsKey: 'ur' };
    const [, withTier] = SCRIPTS.append.with({ ...keys, ...tier }, args);
    expect(withTier).toEqual(['c', 'm', 'e', 'a', 'c', 'h', 'ur']);
  });

  it('compiles with every key and argument, and with no other', () => {
    const { touch, cancelTurn } = SCRIPTS;
    const all = { ...keys, completedKey: 'd', archivedKey: 'f' };
    // @ts-expect-error -- an argument is missing: ttl
    touch.with(all, { id: 'ID' });
    // @ts-expect-error -- an argument that the script does not have
    touch.with(all, { id: 'ID', ttl: 1, version: 2 });
    // @ts-expect-error -- no completedKey, no archivedKey
    touch.with(keys, { id: 'ID', ttl: 1 });
    // @ts-expect-error -- no queueKey, no previousTurnKey
    cancelTurn.with(all, { turnId: 'ID' });
    const [, , touchArgs] = touch.with(all, { id: 'ID', ttl: 1 });
    expect(touchArgs).toEqual(['ID', 1]);
  });
});
