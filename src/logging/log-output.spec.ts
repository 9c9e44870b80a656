import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LogOutput } from './log-output.js';

class Pipe extends EventEmitter {
  written = '';
  writableLength = 0;
  private readonly callbacks: (() => void)[] = [];

  write(text: string, callback?: () => void): boolean {
    this.written += text;
    if (callback) this.callbacks.push(callback);
    return true;
  }

  /** The reader takes what there is. Below its high-water mark, a stream then emits no `drain`. */
  take(): void {
    this.writableLength = 0;
    for (const callback of this.callbacks.splice(0)) callback();
  }
}

describe('the output of the log', () => {
  let pipe: Pipe;
  let output: LogOutput;

  beforeEach(() => {
    jest.useFakeTimers();
    pipe = new Pipe();
    output = new LogOutput(pipe as unknown as NodeJS.WriteStream);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('writes lines of requests together, and an urgent one behind them at once', () => {
    output.writeSoon('a\n');
    output.writeSoon('b\n');
    expect(pipe.written).toBe('');
    jest.advanceTimersByTime(50);
    expect(pipe.written).toBe('a\nb\n');
    output.writeSoon('c\n');
    output.write('d\n');
    expect(pipe.written).toBe('a\nb\nc\nd\n');
  });

  it('does not wait with many lines', () => {
    output.writeSoon('x'.repeat(20_000));
    expect(pipe.written).toHaveLength(20_000);
  });

  it('drops and counts lines while a reader is slow', () => {
    pipe.writableLength = 2 * 1024 * 1024;
    output.write('a\n');
    output.writeSoon('b\nc\n');
    jest.advanceTimersByTime(50);
    expect([pipe.written, output.isFull]).toEqual(['', true]);
    pipe.writableLength = 0;
    expect([output.takeDropped(), output.takeDropped(), output.isFull]).toEqual([3, 0, false]);
  });

  it('writes nothing more once the reader is gone', async () => {
    output.write('a\n');
    pipe.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    output.write('b\n');
    pipe.writableLength = 10;
    await output.flush();
    expect(pipe.written).toBe('a\n');
  });

  it('flushes until the reader has everything', async () => {
    output.writeSoon('a\n');
    pipe.writableLength = 10;
    const flushed = output.flush();
    expect(pipe.written).toBe('a\n');
    pipe.take();
    await flushed;
    expect(pipe.listenerCount('error')).toBe(1);
  });

  it('does not wait for a reader that has stopped for longer than a second', async () => {
    pipe.writableLength = 10;
    const flushed = output.flush();
    jest.advanceTimersByTime(1_000);
    await flushed;
  });

  it('writes what is left when the process ends', () => {
    const before = process.listeners('exit');
    output.writeSoon('last\n');
    const [atExit] = process.listeners('exit').filter((listener) => !before.includes(listener));
    atExit?.(0);
    expect(pipe.written).toBe('last\n');
  });
});
