import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { LogOutput } from './log-output.js';
import { ServiceLogger } from './service-logger.js';
import type { LogLevel } from './logging.options.js';

/** What a process writes to, as a list of what was written. */
class Sink extends EventEmitter {
  readonly written: string[] = [];
  writableLength = 0;

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }

  get lines(): Record<string, unknown>[] {
    const lines = this.written.join('').split('\n').slice(0, -1);
    return lines.map(
      (line): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>,
    );
  }
}

async function open(level: LogLevel = 'trace', format: 'json' | 'text' = 'json'): Promise<Sink> {
  const sink = new Sink();
  const access = { isOn: true, hashSalt: undefined, showsRemoteAddress: false };
  const options = { level, format, showsErrorMessages: false, access };
  const output = new LogOutput(sink as unknown as NodeJS.WriteStream);
  const logger = await ServiceLogger.open(options, output);
  Logger.overrideLogger(logger);
  return sink;
}

afterEach(() => {
  Logger.overrideLogger(false);
});

describe('the log', () => {
  it('is a JSON object a line, with the level, the time, the process and the context', async () => {
    const sink = await open();
    new Logger('Store').log('Redis is ready.');
    expect(sink.lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        pid: process.pid,
        context: 'Store',
        msg: 'Redis is ready.',
      },
    ]);
  });

  it('has the levels of pino', async () => {
    const sink = await open();
    const logger = new Logger('A');
    for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) {
      logger[level]('x');
    }
    const levels = sink.lines.map(({ level }) => level);
    expect(levels).toEqual(['fatal', 'error', 'warn', 'info', 'debug', 'trace']);
  });

  it('leaves out what is below its level, and everything at silent', async () => {
    const sink = await open('warn');
    new Logger('A').log('x');
    new Logger('A').warn('y');
    expect(sink.lines.map(({ msg }) => msg)).toEqual(['y']);
    const silent = await open('silent');
    new Logger('A').fatal('z');
    expect(silent.written).toEqual([]);
  });

  it('has the error and the fields that it was given, and repeats a message as it is', async () => {
    const sink = await open();
    new Logger('Problem').error('GET /%s %d', new TypeError('quoted'), { requestId: 'r1' });
    const [line] = sink.lines;
    expect(line).toMatchObject({ msg: 'GET /%s %d', requestId: 'r1', err: { type: 'TypeError' } });
    expect(JSON.stringify(line)).not.toContain('quoted');
  });

  it('does not take an error for fields when it is the message', async () => {
    const sink = await open();
    new Logger('A').error(new Error('quoted'));
    new Logger('A').warn({ err: { message: 'quoted' } });
    expect(sink.lines.map(({ err }) => (err as { type: string }).type)).toEqual([
      'Error',
      'object',
    ]);
    expect(sink.written.join('')).not.toContain('quoted');
  });

  it('does not take a stack for a context, which a logger without a name passes last', async () => {
    const sink = await open();
    const error = new Error('quoted');
    Logger.error('It failed.', error.stack);
    Logger.error('It failed.', error.stack, 'A');
    expect(sink.lines.map(({ context }) => context)).toEqual([undefined, 'A']);
    for (const { msg, err } of sink.lines) {
      expect([msg, (err as { stack: string }).stack]).toEqual([
        'It failed.',
        expect.stringMatching(/^ +at /),
      ]);
    }
    expect(sink.written.join('')).not.toContain('quoted');
  });

  it('has the steps of Nest at debug, and not the error that a start throws', async () => {
    const sink = await open();
    new Logger('RouterExplorer').log('Mapped');
    new Logger('ExceptionHandler').error('It is thrown.');
    expect(sink.lines.map(({ level }) => level)).toEqual(['debug']);
  });

  it('is text for people outside production, without colours where there is no terminal', async () => {
    const sink = await open('info', 'text');
    new Logger('Service').log('Listening on http://127.0.0.1:3000');
    expect(sink.written.join('')).toMatch(
      /^\[\d\d:\d\d:\d\d\] INFO: \[Service\] Listening on http:\/\/127\.0\.0\.1:3000\n$/,
    );
  });
});
