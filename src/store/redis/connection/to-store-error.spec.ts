import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ReplyError } from 'ioredis';
import { StoreFaultError, StoreUnavailableError } from '../../store.errors.js';
import { toStoreError } from './to-store-error.js';

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
    'ERR Script killed by user with SCRIPT KILL... script: 69, on @user_script:1.',
    'ERR Error running script (call to f_69): @user_script:1: Script killed by user with SCRIPT KILL...',
    // Redis 6 wraps the error of a command inside a script.
    "ERR Error running script (call to f_5c): @user_script:12: -OOM command not allowed when used memory > 'maxmemory'.",
    "ERR Error running script (call to f_5c): @user_script: 12: -READONLY You can't write against a read only replica.",
  ])('takes %s for an outage in which Redis did nothing', (message) => {
    const error = toStoreError(reply(message), true);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(error).toMatchObject({ mayHaveBeenApplied: false });
  });

  it('takes a permission that a script lacks for an outage in which a part may have been done', () => {
    const denial =
      "ERR The user executing the script can't run this command script: 5c, on @user_script:3.";
    expect(toStoreError(reply(denial), true)).toMatchObject({ mayHaveBeenApplied: true });
    expect(toStoreError(reply(denial), false)).toMatchObject({ mayHaveBeenApplied: false });
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
  ])('takes %s for an outage in which the command was not sent', (message) => {
    expect(toStoreError(new Error(message), true)).toMatchObject({ mayHaveBeenApplied: false });
  });

  it('takes an error of our own code for a defect', () => {
    expect(toStoreError(new TypeError('x is not a function'), true)).toBeInstanceOf(
      StoreFaultError,
    );
  });

  it('does not repeat the reply of Redis in its message', () => {
    const error = toStoreError(reply('WRONGTYPE key cs:{p1}:secret'), true);
    expect(error.message).toBe('Redis answered WRONGTYPE.');
  });

  it('does not repeat the arguments of a command that the server does not know', () => {
    const said =
      "ERR unknown command 'evalsha', with args beginning with: '5c' '5' 'cs:{p1}:secret'";
    const error = toStoreError(reply(said), true);
    expect(error).toBeInstanceOf(StoreFaultError);
    expect(inspect(error)).toContain("unknown command 'evalsha'");
    expect(inspect(error)).not.toContain('secret');
  });
});
