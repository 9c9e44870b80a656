import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { StoreFaultError, StoreUnavailableError } from '../store.errors.js';
import { toStoreError } from './redis.errors.js';

function reply(message: string): Error {
  return new (ReplyError as new (message: string) => Error)(message);
}

describe('toStoreError', () => {
  it.each([
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'MASTERDOWN Link with MASTER is down',
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'BUSY Redis is busy running a script.',
    "OOM command not allowed when used memory > 'maxmemory'. script: 5c, on @user_script:12.",
    'MISCONF Redis is configured to save RDB snapshots',
    'NOREPLICAS Not enough good replicas to write.',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair',
    "NOPERM this user has no permissions to run the 'evalsha' command",
    "ERR The user executing the script can't run this command or subcommand script: 5c, on @user_script:3.",
    // As Redis 6 wraps what a command inside a script was answered.
    "ERR Error running script (call to f_5c): @user_script:12: -OOM command not allowed when used memory > 'maxmemory'.",
    "ERR Error running script (call to f_5c): @user_script: 12: -READONLY You can't write against a read only replica.",
  ])('takes %s for an outage in which nothing was done', (message) => {
    const error = toStoreError(reply(message), true);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each([
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "CROSSSLOT Keys in request don't hash to the same slot",
    'ERR Error running script (call to f_5c): @user_script:3: attempt to index a nil value',
    'ERR value is not an integer or out of range',
  ])('takes %s for a defect', (message) => {
    expect(toStoreError(reply(message), true)).toBeInstanceOf(StoreFaultError);
  });

  it.each([
    'Connection is closed.',
    'Command timed out',
    'connect ECONNREFUSED',
    'All sentinels are unreachable.',
    'Failed to refresh slots cache.',
    'Too many Cluster redirections. Last error: Error: x',
  ])('takes %s for an outage in which a write may have been applied', (message) => {
    const cause = new Error(message);
    expect(toStoreError(cause, true)).toMatchObject({ mayHaveBeenApplied: true, cause });
    expect(toStoreError(cause, false)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it.each([
    "Stream isn't writeable and enableOfflineQueue options is false",
    "Cluster isn't ready and enableOfflineQueue options is false",
  ])('knows when a command never left: %s', (message) => {
    expect(toStoreError(new Error(message), true)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it('takes a mistake of our own for a defect', () => {
    expect(toStoreError(new TypeError('x is not a function'), true)).toBeInstanceOf(
      StoreFaultError,
    );
  });

  it('keeps what Redis said out of its own message', () => {
    const error = toStoreError(reply('WRONGTYPE key cs:{p1}:secret'), true);
    expect(error.message).toBe('Redis answered WRONGTYPE.');
  });
});
