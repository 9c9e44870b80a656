import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConnectionErrorLog } from './connection-error-log.js';

describe('ConnectionErrorLog', () => {
  let logged: string[];
  let errorLog: ConnectionErrorLog;

  beforeEach(() => {
    jest.useFakeTimers();
    logged = [];
    errorLog = new ConnectionErrorLog((sentence) => logged.push(sentence));
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function failThrice(): void {
    for (let attempt = 0; attempt < 3; attempt++) {
      for (const message of ['connect ECONNREFUSED 10.0.0.1:1', 'certificate has expired']) {
        errorLog.report(new Error(message));
      }
    }
  }

  it('logs each cause once, though they alternate', () => {
    failThrice();
    expect(logged).toHaveLength(2);
  });

  it('logs a cause again after PostgreSQL was ready, and when it lasts', () => {
    failThrice();
    errorLog.reset();
    failThrice();
    expect(logged).toHaveLength(4);
    jest.advanceTimersByTime(599_999);
    failThrice();
    expect(logged).toHaveLength(4);
    jest.advanceTimersByTime(1);
    failThrice();
    expect(logged).toHaveLength(6);
  });

  it('logs nothing after stop()', () => {
    errorLog.stop();
    failThrice();
    expect(logged).toEqual([]);
  });
});
