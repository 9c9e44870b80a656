import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ReplyError, type Redis } from 'ioredis';
import { RedisHeartbeat } from './heartbeat.js';

/** A node that answers its last PING when the test says so. */
class FakeNode {
  readonly stream = { bytesRead: 0 };
  pings = 0;
  answer: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  ping(): Promise<string> {
    this.pings++;
    return new Promise((resolve, reject) => {
      this.answer = () => resolve('PONG');
      this.fail = reject;
    });
  }
}

describe('RedisHeartbeat', () => {
  let node: FakeNode;
  let heartbeat: RedisHeartbeat;
  let changes: boolean[];
  let errorReplies: Error[];

  beforeEach(() => {
    jest.useFakeTimers();
    node = new FakeNode();
    changes = [];
    errorReplies = [];
    heartbeat = new RedisHeartbeat(node as unknown as Redis, {
      onChange: (_, isSilent) => changes.push(isSilent),
      onErrorReply: (error) => errorReplies.push(error),
    });
    heartbeat.start();
  });
  afterEach(() => {
    heartbeat.stop();
    jest.useRealTimers();
  });

  it('takes a node that sends nothing for two seconds for silent, until it answers', async () => {
    await jest.advanceTimersByTimeAsync(1_900);
    expect(heartbeat.isSilent('key')).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    expect([heartbeat.isSilent('key'), heartbeat.anyNode()]).toEqual([true, undefined]);
    node.answer();
    await jest.advanceTimersByTimeAsync(0);
    expect([heartbeat.isSilent('key'), heartbeat.anyNode()]).toEqual([false, node]);
    expect(changes).toEqual([true, false]);
  });

  it('does not take a node that sends a long answer for silent', async () => {
    for (let second = 0; second < 10; second++) {
      node.stream.bytesRead += 1_000_000;
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(changes).toEqual([]);
    await jest.advanceTimersByTimeAsync(4_100);
    expect(changes).toEqual([true]);
  });

  it('sends no second PING before the answer to the first, however long it takes', async () => {
    await jest.advanceTimersByTimeAsync(60_000);
    expect(node.pings).toBe(1);
    node.answer();
    await jest.advanceTimersByTimeAsync(600);
    expect(node.pings).toBe(2);
  });

  it('takes an error reply for an answer, and passes it on', async () => {
    const denial = new (ReplyError as new (message: string) => Error)('NOPERM no ping');
    node.fail(denial);
    await jest.advanceTimersByTimeAsync(0);
    expect([heartbeat.isSilent('key'), changes, errorReplies]).toEqual([false, [], [denial]]);
  });

  it('takes a node whose connection is lost for silent', async () => {
    node.fail(new Error('Connection is closed.'));
    await jest.advanceTimersByTimeAsync(0);
    expect([heartbeat.isSilent('key'), errorReplies]).toEqual([true, []]);
  });

  it('sends and reports nothing after stop()', async () => {
    heartbeat.stop();
    heartbeat.start();
    node.fail(new Error('Connection is closed.'));
    await jest.advanceTimersByTimeAsync(10_000);
    expect([node.pings, changes]).toEqual([1, []]);
  });
});
