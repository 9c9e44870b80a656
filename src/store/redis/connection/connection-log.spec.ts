import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisClient } from './redis-client.js';
import { ConnectionErrorLog } from './connection-log.js';

describe('ConnectionErrorLog', () => {
  let client: EventEmitter;
  let complaints: ConnectionErrorLog;
  let told: string[];
  const fail = (message: string, more: object = {}): unknown =>
    client.emit('error', Object.assign(new Error(message), more));

  beforeEach(() => {
    client = new EventEmitter();
    told = [];
    complaints = new ConnectionErrorLog((line) => told.push(line));
    complaints.watch(client as unknown as RedisClient);
  });

  it('tells each thing once, though they take turns, and anew after it was ready', () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      fail('connect ECONNREFUSED 10.0.0.1:1');
      fail('getaddrinfo ENOTFOUND redis.test');
    }
    expect(told).toHaveLength(2);
    client.emit('ready');
    fail('getaddrinfo ENOTFOUND redis.test');
    expect(told).toHaveLength(3);
  });

  it('looks for the cause of what says nothing: in the error, or else at the connections', () => {
    fail('Failed to refresh slots cache.', { lastNodeError: new Error('NOAUTH Authentication') });
    client.emit('trouble', new Error('certificate has expired'));
    fail('Failed to refresh slots cache.', { lastNodeError: new Error('Connection is closed.') });
    const unreachable = 'All sentinels are unreachable. Retrying from scratch after';
    fail(`${unreachable} 41.5ms. Last error: Connection is closed.`);
    fail(`${unreachable} 12.5ms. Last error: WRONGPASS no`);
    expect(told).toEqual([
      expect.stringMatching(/^Redis denies access: NOAUTH/),
      'Redis has a certificate out of its time: certificate has expired.',
      'The sentinel has a certificate out of its time: certificate has expired.',
      expect.stringMatching(/^The sentinel denies access: WRONGPASS/),
    ]);
  });

  it('tells what says nothing only when nothing better is known', () => {
    fail('All sentinels are unreachable. Retrying from scratch after 41.5ms.');
    client.emit('trouble', new Error('certificate has expired'));
    fail('read ECONNRESET');
    client.emit('trouble', undefined);
    fail('Reached the max retries per request limit (which is 0).');
    expect(told).toEqual([
      'Redis: All sentinels are unreachable.',
      'Redis has a certificate out of its time: certificate has expired.',
    ]);
  });

  it('says nothing more once it is stopped', () => {
    complaints.stop();
    fail('connect ECONNREFUSED 10.0.0.1:1');
    expect(told).toEqual([]);
  });
});
