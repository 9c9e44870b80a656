import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DatabaseError, type Client } from 'pg';
import { PostgresHeartbeat } from './heartbeat.js';

/** A session whose next step ends when the test says so. */
class FakeClient extends EventEmitter {
  answer: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;
  connect = (): Promise<void> => this.step();
  query = (): Promise<void> => this.step();

  private step(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  }
}

describe('PostgresHeartbeat', () => {
  let clients: FakeClient[];
  let events: string[];
  let heartbeat: PostgresHeartbeat;
  const client = (): FakeClient => clients.at(-1) as FakeClient;

  async function pass(ms: number): Promise<void> {
    await jest.advanceTimersByTimeAsync(ms);
  }
  async function connectAndBeat(): Promise<void> {
    client().answer();
    await pass(0);
    client().answer();
    await pass(0);
  }
  async function fail(error: Error): Promise<void> {
    client().fail(error);
    await pass(0);
  }
  function reply(code: string): DatabaseError {
    return Object.assign(new DatabaseError('the message', 0, 'error'), { code });
  }

  beforeEach(() => {
    jest.useFakeTimers();
    clients = [];
    events = [];
    heartbeat = new PostgresHeartbeat(
      () => ({ destroy: () => undefined }) as unknown as Socket,
      () => clients[clients.push(new FakeClient()) - 1] as unknown as Client,
      {
        onReady: () => events.push('ready'),
        onAway: () => events.push('away'),
        onFailure: ({ message }) => events.push(message),
      },
    );
    void heartbeat.start();
  });
  afterEach(() => {
    heartbeat.stop();
    jest.useRealTimers();
  });

  it('takes PostgreSQL for away until it has answered', async () => {
    expect(heartbeat.isAway).toBe(true);
    await connectAndBeat();
    expect([heartbeat.isAway, events]).toEqual([false, ['ready']]);
  });

  it('takes a server that does not answer for two seconds for away, and connects anew', async () => {
    await connectAndBeat();
    await pass(2_400);
    expect(heartbeat.isAway).toBe(false);
    await pass(200);
    expect(heartbeat.isAway).toBe(true);
    expect(events).toEqual(['ready', 'The server does not answer.', 'away']);
    await pass(500);
    expect(clients).toHaveLength(2);
    await connectAndBeat();
    expect([heartbeat.isAway, events.at(-1)]).toEqual([false, 'ready']);
  });

  it('does not take a connection that was lost for a server that is away: it tries another', async () => {
    await connectAndBeat();
    await pass(500);
    client().answer();
    await pass(500);
    await fail(new Error('Connection terminated unexpectedly'));
    expect([clients.length, heartbeat.isAway]).toEqual([2, false]);
    await fail(new Error('connect ECONNREFUSED'));
    expect(heartbeat.isAway).toBe(true);
    expect(events).toEqual(['ready', 'connect ECONNREFUSED', 'away']);
  });

  it('takes a server without a free connection for one that answers', async () => {
    await fail(reply('53300'));
    expect([heartbeat.isAway, events]).toEqual([false, ['the message']]);
  });

  it('tries a wrong password again every five seconds only', async () => {
    await fail(reply('28P01'));
    expect(heartbeat.isAway).toBe(true);
    await pass(4_900);
    expect(clients).toHaveLength(1);
    await pass(200);
    expect(clients).toHaveLength(2);
  });

  it('connects and reports nothing after stop()', async () => {
    heartbeat.stop();
    await fail(new Error('Connection terminated unexpectedly'));
    await pass(60_000);
    expect([clients.length, events]).toEqual([1, []]);
  });
});
