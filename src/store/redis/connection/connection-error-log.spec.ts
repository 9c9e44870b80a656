import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { CONNECTION_FAILURE, type RedisClient } from './client.js';
import { ConnectionErrorLog } from './connection-error-log.js';

describe('ConnectionErrorLog', () => {
  let client: EventEmitter;
  let errorLog: ConnectionErrorLog;
  let logged: string[];
  const fail = (message: string, more: object = {}): unknown =>
    client.emit('error', Object.assign(new Error(message), more));

  beforeEach(() => {
    client = new EventEmitter();
    logged = [];
    errorLog = new ConnectionErrorLog((sentence) => logged.push(sentence));
    errorLog.attach(client as unknown as RedisClient);
  });

  it('logs each cause once, though they alternate, and once more after the client was ready', () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      fail('connect ECONNREFUSED 10.0.0.1:1');
      fail('getaddrinfo ENOTFOUND redis.test');
    }
    expect(logged).toHaveLength(2);
    client.emit('ready');
    fail('getaddrinfo ENOTFOUND redis.test');
    expect(logged).toHaveLength(3);
  });

  it('takes the cause of an unspecific error from inside it, or else from the connections', () => {
    fail('Failed to refresh slots cache.', { lastNodeError: new Error('NOAUTH Authentication') });
    client.emit(CONNECTION_FAILURE, new Error('certificate has expired'));
    fail('Failed to refresh slots cache.', { lastNodeError: new Error('Connection is closed.') });
    const unreachable = 'All sentinels are unreachable. Retrying from scratch after';
    fail(`${unreachable} 41.5ms. Last error: Connection is closed.`);
    fail(`${unreachable} 12.5ms. Last error: WRONGPASS no`);
    expect(logged).toEqual([
      expect.stringMatching(/^Redis denies access: NOAUTH/),
      expect.stringMatching(/^Redis presents a certificate .*certificate has expired/),
      expect.stringMatching(/^The sentinel presents a certificate .*certificate has expired/),
      expect.stringMatching(/^The sentinel denies access: WRONGPASS/),
    ]);
  });

  it('logs an unspecific error only when it knows no cause', () => {
    fail('All sentinels are unreachable. Retrying from scratch after 41.5ms.');
    client.emit(CONNECTION_FAILURE, new Error('certificate has expired'));
    fail('read ECONNRESET');
    client.emit(CONNECTION_FAILURE, undefined);
    fail('Reached the max retries per request limit (which is 0).');
    expect(logged).toEqual([
      'Redis cannot be used for now: All sentinels are unreachable.',
      expect.stringMatching(/^Redis presents a certificate .*certificate has expired/),
    ]);
  });

  it('logs nothing after stop()', () => {
    errorLog.stop();
    fail('connect ECONNREFUSED 10.0.0.1:1');
    expect(logged).toEqual([]);
  });
});
